// The address that others look for figures at: the page of performance, at how saving goes.

import { useEffect } from "react";
import { navigate } from "../ui/router";

export function page() {
  useEffect(() => navigate("/performance#documents", { replace: true }), []);
  return null;
}

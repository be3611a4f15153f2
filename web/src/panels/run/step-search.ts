// What steps are looked for: kept while timeline and table change places.

import { useDeferredValue, useState } from "react";

export function useStepSearch() {
  const [query, setQuery] = useState("");
  const [standing, setStanding] = useState("");
  // Typing goes on while a long list is looked through.
  const asked = useDeferredValue(query);
  return { query, setQuery, asked, standing, setStanding };
}

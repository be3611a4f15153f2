// Leads a socket that a page opens on to the server behind, for whatever stands in front of it.

import http from "node:http";

/** Leads one upgrade on; `between` hears of both ends once they are joined. */
export function leadUpgrade(behind, asked, socket, head, between = () => undefined) {
  const onward = http.request(behind + asked.url, { method: asked.method, headers: asked.headers });
  onward.on("upgrade", (answer, far, more) => {
    socket.write(headOf(answer));
    if (more.length > 0) socket.write(more);
    if (head.length > 0) far.write(head);
    join(socket, far);
    between(socket, far);
  });
  onward.on("response", (answer) => {
    socket.write(headOf(answer, "connection: close\r\n"));
    answer.pipe(socket);
  });
  onward.on("error", () => socket.destroy());
  socket.on("error", () => onward.destroy());
  onward.end();
}

/** Each end goes with the other. */
function join(socket, far) {
  for (const [one, other] of [[socket, far], [far, socket]]) {
    one.setNoDelay(true);
    one.on("error", () => other.destroy());
    one.on("close", () => other.destroy());
    one.pipe(other);
  }
}

function headOf({ statusCode, statusMessage, rawHeaders }, more = "") {
  let text = `HTTP/1.1 ${statusCode} ${statusMessage}\r\n`;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    // A body that is passed on as it was read is no longer in chunks.
    if (more !== "" && /^(connection|transfer-encoding)$/i.test(rawHeaders[at])) continue;
    text += `${rawHeaders[at]}: ${rawHeaders[at + 1]}\r\n`;
  }
  return `${text}${more}\r\n`;
}

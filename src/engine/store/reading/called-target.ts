/**
 * Whom an execution's last attempt called: of HTTP only where something was sent. Before its first attempt, and after
 * one that was interrupted, its row has a target too.
 */
export const calledTarget =
  "case when handler_type = 'http' and request_headers is null then null else target end";

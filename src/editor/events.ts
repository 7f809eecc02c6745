/** Calls back when the editor tells of one of these. @returns what ends it */
export function onEditorEvents(events: readonly string[], callback: () => void): () => void {
  for (const event of events) RED.events.on(event, callback);
  return () => {
    for (const event of events) RED.events.off(event, callback);
  };
}

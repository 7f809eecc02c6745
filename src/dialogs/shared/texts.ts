/** Gives the texts of a set's own catalogue. */
export function textsOf(set: string): (key: string, values?: object) => string {
  const prefix = `node-red-contrib-provisioning/${set}:${set}.`;
  return (key, values) => RED._(prefix + key, values);
}

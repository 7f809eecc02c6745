/** The Node-RED whose editors the tab is tested in: the dev dependency, and the 4.1 that NODE_RED_41 names. */
export const editors: readonly { readonly name: string; readonly nodeRed: string | undefined }[] = [
  { name: 'Node-RED 5', nodeRed: undefined },
  ...(process.env['NODE_RED_41'] ? [{ name: 'Node-RED 4.1', nodeRed: process.env['NODE_RED_41'] }] : []),
];

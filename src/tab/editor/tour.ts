/** Guides through the first flow, on the canvas. */
export function showFirstFlow(): void {
  // The editor would look for it beside its own scripts.
  const { href } = new URL('./resources/node-red-contrib-provisioning/first-flow.js', location.href);
  RED.tourGuide.run(href);
}

/** Guides through the first flow, on the canvas. */
export function showFirstFlow(): void {
  // The editor would look for it beside its own scripts, and keeps what it has read: each tour begins where the flow is.
  const { href } = new URL(
    `./resources/node-red-contrib-provisioning/first-flow.js?${Date.now()}`,
    location.href,
  );
  RED.tourGuide.run(href);
}

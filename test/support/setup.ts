// Mocha 12 stays green on an unhandled rejection; Node-RED would end. So a test fails on it.
const lost: unknown[] = [];
process.on('unhandledRejection', (reason) => lost.push(reason));

export const mochaHooks = {
  afterEach(): void {
    const [first] = lost.splice(0);
    if (first) throw first;
  },
};

import { answer } from '../http/answer.ts';
import type { Provisioning } from '../provisioning.ts';
import type { Routes } from './routes.ts';

/**
 * For load balancers and the like, who sign in nowhere: 200 while events may be sent to this Node-RED, else 503. A
 * registry that is refused for how it is deployed does not count: it is so on every instance.
 */
export function readyRoute(routes: Routes, provisioning: Provisioning): void {
  let flowsHaveStarted = false;
  provisioning.onStarted(() => {
    flowsHaveStarted = true;
  });
  const isReady = () =>
    flowsHaveStarted &&
    !provisioning.settingsError &&
    // Intake goes on while flows stand still for a deploy.
    provisioning.engines().every(({ state }) => state === 'ready' || state === 'stopped');
  routes.unguardedText('/ready', async (_, res) => {
    const ready = isReady();
    answer(res, ready ? 200 : 503, { ready });
  });
}

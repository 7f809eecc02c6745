import type { NodeAPI } from 'node-red';
import { exportRoutes } from './admin/export-routes.ts';
import { handlerRoutes } from './admin/handler-routes.ts';
import { logRoutes } from './admin/log-routes.ts';
import { operatorRoutes } from './admin/operator-routes.ts';
import { registryRoutes } from './admin/registry-routes.ts';
import { Routes } from './admin/routes.ts';
import type { Provisioning } from './provisioning.ts';

const registered = new WeakSet<Provisioning>();

/** Registers the admin HTTP API below `httpAdmin`, once per runtime. */
export function adminApi(RED: NodeAPI, provisioning: Provisioning): void {
  if (registered.has(provisioning)) return;
  registered.add(provisioning);
  const routes = new Routes(RED, provisioning);
  registryRoutes(routes, provisioning);
  handlerRoutes(routes);
  logRoutes(routes, provisioning);
  operatorRoutes(routes, provisioning);
  exportRoutes(routes);
  routes.end();
}

import { doctorRoutes } from './admin/doctor-routes.ts';
import { exportRoutes } from './admin/export-routes.ts';
import { instanceRoutes } from './admin/instance-routes.ts';
import { logRoutes } from './admin/log-routes.ts';
import { operationRoutes } from './admin/operation-routes.ts';
import { operatorRoutes } from './admin/operator-routes.ts';
import { pageRoute } from './admin/page-route.ts';
import { readyRoute } from './admin/ready-route.ts';
import { registryRoutes } from './admin/registry-routes.ts';
import { Routes } from './admin/routes.ts';
import { doctorOf } from './doctor/doctor.ts';
import { tellAtStart } from './doctor/start-line.ts';
import { onePerRuntime, provisioningOf } from './provisioning.ts';

/** Registers the admin HTTP API below `httpAdmin`, once per runtime. */
export const adminApi = onePerRuntime((red) => {
  const provisioning = provisioningOf(red);
  const routes = new Routes(red, provisioning);
  registryRoutes(routes, provisioning);
  operationRoutes(routes, provisioning);
  logRoutes(routes, provisioning);
  operatorRoutes(routes, provisioning);
  instanceRoutes(routes, provisioning);
  readyRoute(routes, provisioning);
  exportRoutes(routes);
  const doctor = doctorOf(red);
  doctorRoutes(routes, doctor);
  tellAtStart(red, provisioning, doctor);
  pageRoute(red);
  routes.end();
});

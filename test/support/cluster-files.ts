import { copyFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { load, loadAll, YAML11_SCHEMA } from 'js-yaml';
import { packageRoot, readText } from './package.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Where the files for several instances are. */
export const folder = 'docs/cluster';

/** One of them. */
export const read = (name: string): string => readText(join(folder, name));

interface Service {
  readonly build?: string;
  readonly hostname?: string;
  readonly stop_grace_period?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly healthcheck?: { readonly test: readonly string[] };
}
export interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}
interface Selector {
  readonly matchLabels: Readonly<Record<string, string>>;
}
interface Container {
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly envFrom: readonly { readonly secretRef: { readonly name: string } }[];
  readonly startupProbe: Probe;
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly lifecycle: { readonly preStop: { readonly exec: { readonly command: readonly string[] } } };
  readonly volumeMounts: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly readOnly?: boolean;
  }[];
}
interface Manifests {
  readonly Secret: {
    readonly metadata: { readonly name: string };
    readonly stringData: Readonly<Record<string, string>>;
  };
  readonly Deployment: {
    readonly spec: {
      readonly selector: Selector;
      readonly template: {
        readonly metadata: { readonly labels: Selector['matchLabels'] };
        readonly spec: {
          readonly terminationGracePeriodSeconds: number;
          readonly topologySpreadConstraints: readonly { readonly labelSelector: Selector }[];
          readonly containers: readonly [Container];
          readonly volumes: readonly { readonly name: string }[];
        };
      };
    };
  };
  readonly Service: {
    readonly spec: {
      readonly selector: Selector['matchLabels'];
      readonly ports: readonly { readonly targetPort: string }[];
    };
  };
  readonly PodDisruptionBudget: { readonly spec: { readonly selector: Selector } };
}
interface Settings {
  readonly flowFile: string;
  readonly httpAdminRoot: string;
  readonly provisioning: { readonly postgres: object };
}

/** Of the compose file. */
export const { services, volumes } = load(read('compose.yml'), { schema: YAML11_SCHEMA }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: object;
};
/** Those of the Kubernetes file, by their kind. */
export const kinds = Object.fromEntries(
  (loadAll(read('kubernetes.yml')) as { readonly kind: string }[]).map((one) => [one.kind, one]),
) as unknown as Manifests;
/** The settings, where no package.json says what a module is. */
export const settingsFile = join(temporaryFolder('settings-'), 'settings.js');
copyFileSync(join(packageRoot, folder, 'settings.js'), settingsFile);
export const settings = createRequire(import.meta.url)(settingsFile) as Settings;

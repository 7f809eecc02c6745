// Of every instance. Flows are edited on the one with NODE_RED_EDITOR=on, and the others read what it has saved; with
// NODE_RED_EDITOR=read the editor, and the tab, are there for whoever deploys nothing.
const { NODE_RED_EDITOR, NODE_RED_ADMIN_HASH, NODE_RED_CREDENTIAL_SECRET } = process.env;
const mayDeploy = NODE_RED_EDITOR === 'on';
const permissions = mayDeploy ? '*' : ['read', 'provisioning.write'];

module.exports = {
  flowFile: '/flows/flows.json',
  flowFilePretty: true,
  // The same everywhere: what is secret in handlers is encrypted with it, in a file beside the flows.
  credentialSecret: NODE_RED_CREDENTIAL_SECRET,
  readOnly: !mayDeploy,
  disableEditor: !NODE_RED_EDITOR,
  // Apart from what flows receive, so that a balancer can keep it to itself.
  httpAdminRoot: '/admin',
  ...(NODE_RED_ADMIN_HASH && {
    adminAuth: {
      type: 'credentials',
      users: [{ username: 'admin', password: NODE_RED_ADMIN_HASH, permissions }],
    },
  }),
  // What flows need is in the image: what one instance installs, the others lack.
  externalModules: { palette: { allowInstall: false } },
  // The address is in PROVISIONING_POSTGRES_URL.
  provisioning: { postgres: { schema: 'provisioning', poolSize: 2, leaseSeconds: 10 } },
};

const { join } = require('node:path');

// Node-RED reads its settings by require, hence CommonJS.
module.exports = {
  uiHost: '127.0.0.1',
  flowFile: 'flows.json',
  flowFilePretty: true,
  nodesDir: join(__dirname, '..'),
  logging: { console: { level: 'info', metrics: false, audit: false } },
  telemetry: { enabled: false, updateNotification: false },
  editorTheme: { tours: false },
  // A dev dependency, which users do not get with the package.
  externalModules: { palette: { denyList: ['@flowfuse/node-red-dashboard'] } },
};

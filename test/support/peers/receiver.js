// A receiver on Node's http. It prints its port, and answers as the path says.
import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';

const answers = {
  plain: (_, response) => response.end('ok'),
  host: (request, response) => response.end(request.headers.host),
  'no-length': (_, response) => {
    response.removeHeader('transfer-encoding');
    response.useChunkedEncodingByDefault = false;
    response.shouldKeepAlive = false;
    response.write('ok');
    response.end();
  },
  interim: (_, response) => {
    response.writeContinue();
    response.writeProcessing();
    response.writeEarlyHints({ link: '</a>; rel=preload' });
    response.end('ok');
  },
  cyrillic: (_, response) => {
    response.setHeader('content-type', 'text/plain; charset=windows-1251');
    response.end(Buffer.from('cff0e8e2e5f2', 'hex'));
  },
  packed: (_, response) => {
    response.setHeader('content-encoding', 'gzip');
    response.end(gzipSync('ok'));
  },
  short: (_, response) => {
    response.writeHead(200, { 'content-length': 1000 });
    response.write('the beginning', () => response.destroy());
  },
  bare: (request) => request.socket.write('HTTP/1.1 200 OK\nContent-Length: 2\n\nok'),
  forgotten: (request) => request.socket.end('ok\n'),
  refused: (_, response) => response.writeHead(404).end('Nobody'),
};
const server = createServer((request, response) => {
  request.resume().on('end', () => answers[request.url.slice(1)](request, response));
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));

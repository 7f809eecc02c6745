import assert from 'node:assert/strict';
import { environmentProxy, type ProxyOptions } from '../../src/runtime/environment-proxy.ts';

const proxyOf = (
  url: string,
  variables: Record<string, string>,
  options?: ProxyOptions,
): string | undefined => environmentProxy(new URL(url), variables, options)?.url;

const http = 'http://one.example:3128';
const https = 'http://two.example:3128';

describe('a proxy of the environment', () => {
  it('is that of the scheme, in either case, or that of all', () => {
    const both = { http_proxy: http, https_proxy: https };
    assert.equal(proxyOf('http://crm.example/', both), http);
    assert.equal(proxyOf('https://crm.example/', both), https);
    assert.equal(proxyOf('https://crm.example/', { http_proxy: http }), undefined);
    assert.equal(proxyOf('http://crm.example/', { HTTP_PROXY: http }), http);
    assert.equal(proxyOf('http://crm.example/', { HTTP_PROXY: https, http_proxy: http }), http);
    assert.equal(proxyOf('https://crm.example/', { ALL_PROXY: https }), https);
    assert.equal(proxyOf('http://crm.example/', { npm_config_proxy: http }), http);
    assert.equal(proxyOf('http://crm.example/', { http_proxy: '' }), undefined);
    assert.equal(proxyOf('http://crm.example/', {}), undefined);
  });

  it('is spoken to by the scheme of the URL when it names none', () => {
    assert.equal(proxyOf('http://crm.example/', { http_proxy: 'one.example:3128' }), http);
    assert.equal(
      proxyOf('https://crm.example/', { https_proxy: 'one.example:3128' }),
      'https://one.example:3128',
    );
  });

  it('is told with the variable that names it', () => {
    assert.deepEqual(environmentProxy(new URL('http://crm.example/'), { HTTP_PROXY: http }), {
      url: http,
      variable: 'HTTP_PROXY',
    });
  });

  for (const [no_proxy, exempt, proxied] of [
    ['crm.example', 'http://crm.example/', 'http://api.crm.example/'],
    ['CRM.example', 'http://crm.example:8080/', 'http://crm.example.org/'],
    ['.crm.example', 'http://api.crm.example/', 'http://crm.example/'],
    ['*.crm.example', 'http://api.crm.example/', 'http://crm.example/'],
    ['*crm.example', 'http://mycrm.example/', 'http://crm.example.org/'],
    ['crm.example:8080', 'http://crm.example:8080/', 'http://crm.example/'],
    ['crm.example:80', 'http://crm.example/', 'http://crm.example:8080/'],
    ['localhost, 10.0.0.1', 'http://10.0.0.1/', 'http://10.0.0.10/'],
    ['localhost 10.0.0.1', 'http://localhost/', 'http://10.0.0.10/'],
    ['[::1]', 'http://[::1]:8080/', 'http://[::2]/'],
    ['::1', 'http://[::1]:8080/', 'http://[::2]/'],
  ] as const)
    it(`holds but for what no_proxy names: ${no_proxy}`, () => {
      for (const variables of [
        { http_proxy: http, no_proxy },
        { http_proxy: http, NO_PROXY: no_proxy },
      ]) {
        assert.equal(proxyOf(exempt, variables), undefined);
        assert.equal(proxyOf(proxied, variables), http);
      }
    });

  it('holds for nothing when no_proxy is a star', () => {
    assert.equal(proxyOf('http://crm.example/', { http_proxy: http, no_proxy: '*' }), undefined);
  });

  it('is read as proxyOptions of settings.js say', () => {
    const variables = { http_proxy: http, HTTP_PROXY: https, npm_config_http_proxy: 'http://npm.example:1' };
    assert.equal(proxyOf('http://crm.example/', variables), 'http://npm.example:1');
    assert.equal(proxyOf('http://crm.example/', variables, { excludeNpm: true }), http);
    assert.equal(
      proxyOf('http://crm.example/', variables, { excludeNpm: true, favourUpperCase: true }),
      https,
    );
    assert.equal(proxyOf('http://crm.example/', { HTTP_PROXY: http }, { lowerCaseOnly: true }), undefined);
    assert.equal(proxyOf('http://crm.example/', variables, { env: {} }), undefined);
  });
});

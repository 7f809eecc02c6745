import assert from 'node:assert/strict';
import { codeVariables } from '../../../../src/engine/targets/local/code-variables.ts';

const words = (text: string): string[] => text.trim().split(/\s+/);

const refused = words(`
  LD_PRELOAD LD_AUDIT LD_LIBRARY_PATH LD_ORIGIN_PATH LD_PRELOAD_64 DYLD_INSERT_LIBRARIES DYLD_LIBRARY_PATH
  _RLD_LIST LIBPATH SHLIB_PATH GLIBC_TUNABLES GCONV_PATH GETCONF_DIR LOCPATH MUSL_LOCPATH NLSPATH
  OPENSSL_CONF OPENSSL_MODULES OPENSSL_ENGINES GTK_MODULES GIO_EXTRA_MODULES DBUS_SESSION_BUS_ADDRESS
  PATH HOME XDG_CONFIG_HOME SHELL CDPATH
  ENV BASH_ENV BASHOPTS BASH_FUNC_ls BASH_LOADABLES_PATH SHELLOPTS IFS PS4 PROMPT_COMMAND ZDOTDIR FPATH INPUTRC
  NODE_OPTIONS NODE_PATH NODE_COMPILE_CACHE NODE_REPL_EXTERNAL_MODULE NODE_CHANNEL_FD npm_config_script_shell
  NPM_CONFIG_PREFIX TS_NODE_COMPILER BUN_OPTIONS DENO_DIR ELECTRON_RUN_AS_NODE
  PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONUSERBASE PYTHONINSPECT PYTHONBREAKPOINT PYTHONWARNINGS PYTHONPLATLIBDIR
  PYTHONPYCACHEPREFIX PYTHON_PRESITE PYTHONEXECUTABLE __PYVENV_LAUNCHER__ PYENV_VERSION RBENV_ROOT ASDF_DIR
  PERL5LIB PERL5OPT PERL5DB PERL5SHELL PERLLIB PERLIO_DEBUG
  RUBYOPT RUBYLIB RUBYSHELL GEM_HOME GEM_PATH BUNDLE_GEMFILE
  PHPRC PHP_INI_SCAN_DIR COMPOSER_HOME
  JAVA_TOOL_OPTIONS _JAVA_OPTIONS JDK_JAVA_OPTIONS JAVA_OPTS JAVA_HOME CLASSPATH
  DOTNET_STARTUP_HOOKS DOTNET_ROOT COR_PROFILER COR_ENABLE_PROFILING CORECLR_PROFILER CORECLR_PROFILER_PATH
  COMPlus_Version MONO_PATH
  LUA_PATH LUA_PATH_5_4 LUA_CPATH LUA_INIT LUA_INIT_5_4 TCLLIBPATH R_PROFILE R_LIBS_USER ERL_FLAGS ERL_LIBS
  JULIA_LOAD_PATH GUILE_LOAD_PATH AWKPATH AWKLIBPATH OCAMLRUNPARAM
  GIT_SSH_COMMAND GIT_CONFIG_COUNT GIT_EXEC_PATH SSH_ASKPASS SUDO_ASKPASS RSYNC_RSH EDITOR VISUAL PAGER LESSOPEN
  MAKEFLAGS TAR_OPTIONS CURL_HOME WGETRC
  COMSPEC PATHEXT SYSTEMROOT WINDIR APPDATA USERPROFILE PSMODULEPATH
`);

const harmless = words(`
  API_KEY DATABASE_URL HOST CRM_PATH MY_HOME ENVIRONMENT NODE_ENV NODE_EXTRA_CA_CERTS LANG LC_ALL TZ TMPDIR TERM USER
  http_proxy HTTPS_PROXY NO_PROXY SSL_CERT_FILE PGHOST PGPASSWORD MYSQL_PWD AWS_REGION PHP_API_URL JAVA_API_URL
  PYTHONUNBUFFERED PYTHONUTF8 PYTHONIOENCODING PYTHONDONTWRITEBYTECODE PROVISIONING_EXTRA LDAP_URL GITHUB_TOKEN
  OLD_LD_PRELOAD PATH_PREFIX HOMEPAGE LESSON EDITORS LIBPATHS
`);

describe('a variable that a handler may not give to a script', () => {
  for (const name of refused)
    it(`is ${name}, on every system, unless it is allowed by its name`, () => {
      for (const platform of ['linux', 'darwin', 'win32'] as const) {
        assert.ok(codeVariables([], platform).test(name), platform);
        assert.ok(!codeVariables(['OTHER', name], platform).test(name), platform);
        assert.ok(codeVariables([`${name}X`, name.slice(0, -1)], platform).test(name), platform);
      }
    });

  for (const name of harmless)
    it(`is not ${name}`, () => {
      for (const platform of ['linux', 'darwin', 'win32'] as const)
        assert.ok(!codeVariables([], platform).test(name), platform);
    });

  it('has any case on Windows, where names have none, and its own elsewhere', () => {
    for (const name of ['Path', 'node_options', 'ComSpec', 'PsModulePath', 'Ld_Preload', 'pythonpath']) {
      assert.ok(codeVariables([], 'win32').test(name), name);
      assert.ok(!codeVariables([name.toUpperCase()], 'win32').test(name), name);
    }
    for (const name of ['path', 'env', 'home', 'editor'])
      assert.ok(!codeVariables([], 'linux').test(name), name);
    assert.ok(codeVariables(['path'], 'linux').test('PATH'));
  });
});

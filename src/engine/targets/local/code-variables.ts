/**
 * Variables that make a loader, a shell, an interpreter or a common tool run code, or find it elsewhere than the system
 * has it. `NAME*` stands for all that begin so: families in which new ones appear.
 */
const families: Readonly<Record<string, string>> = {
  loader: 'LD_* DYLD_* _RLD* LIBPATH SHLIB_PATH GLIBC_TUNABLES GCONV_PATH GETCONF_DIR',
  // Message catalogues and locales hold formats, and name character sets that are loaded.
  locale: 'LOCPATH MUSL_LOCPATH PATH_LOCALE NLSPATH TEXTDOMAINDIR',
  libraries: `
    OPENSSL_* GIO_* GTK_* GST_* QT_* GI_TYPELIB_PATH SASL_PATH KRB5_CONFIG LIBMYSQL_PLUGINS LIBMYSQL_PLUGIN_DIR
    DBUS_*`,
  // Where programs and their own files are looked for; a home has start-up files and packages of most interpreters.
  places: 'PATH HOME XDG_* SHELL CDPATH',
  windows: `
    PATHEXT COMSPEC SYSTEMROOT SYSTEMDRIVE WINDIR USERPROFILE APPDATA LOCALAPPDATA PROGRAMDATA ALLUSERSPROFILE
    HOMEDRIVE HOMEPATH PSMODULEPATH PSModulePath __COMPAT_LAYER NODEFAULTCURRENTDIRECTORYINEXEPATH`,
  shell: `
    ENV BASH* SHELLOPTS IFS PS0 PS1 PS2 PS3 PS4 PROMPT_COMMAND GLOBIGNORE EXECIGNORE INPUTRC FCEDIT FPATH ZDOTDIR
    NULLCMD READNULLCMD TMPPREFIX MODULE_PATH fish_*`,
  node: `
    NODE_OPTIONS NODE_PATH NODE_COMPILE_CACHE NODE_REPL_EXTERNAL_MODULE NODE_CHANNEL_* NODE_V8_COVERAGE
    NPM_CONFIG_* npm_config_* COREPACK_* YARN_* TS_NODE_* TSX_* BUN_* DENO_* ELECTRON_RUN_AS_NODE`,
  python: 'PYTHON* __PYVENV_LAUNCHER__ VIRTUAL_ENV CONDA_* PIP_* UV_* JYTHON* IPYTHONDIR',
  // What starts an interpreter under its name may be a program that chooses one.
  versions: `
    PYENV_* RBENV_* NODENV_* GOENV_* JENV_* PLENV_* PHPENV_* ASDF_* MISE_* NVM_* FNM_* VOLTA_* SDKMAN_* RUSTUP_*`,
  perl: 'PERL5* PERLLIB PERLIO PERLIO_DEBUG PERL6LIB RAKULIB RAKUDO_*',
  ruby: `
    RUBYOPT RUBYLIB RUBYSHELL RUBYPATH RUBY_* RUBYGEMS_* GEM_* GEMRC BUNDLE_* BUNDLER_* JRUBY_*`,
  php: 'PHPRC PHP_INI_SCAN_DIR COMPOSER_*',
  java: `
    JAVA_TOOL_OPTIONS _JAVA_OPTIONS JDK_JAVA_OPTIONS JDK_JAVAC_OPTIONS IBM_JAVA_OPTIONS OPENJ9_JAVA_OPTIONS
    JAVA_OPTS JAVA_OPTIONS JAVACMD JAVA_HOME JDK_HOME JRE_HOME CLASSPATH GROOVY_* KOTLIN_* SCALA_* JBANG_*
    CLJ_CONFIG MAVEN_* GRADLE_* ANT_*`,
  dotnet: `
    DOTNET_* COR_* CORECLR_* COMPlus_* COMPLUS_* MONO_* MSBUILD* MSBuild* NUGET_* DEVPATH APPDOMAIN_MANAGER_*`,
  lua: 'LUA_PATH* LUA_CPATH* LUA_INIT*',
  tcl: 'TCLLIBPATH TCL_LIBRARY TK_LIBRARY',
  r: 'R_HOME R_PROFILE* R_ENVIRON* R_LIBS* R_DEFAULT_PACKAGES RSCRIPT_*',
  erlang: 'ERL_* ELIXIR_ERL_OPTIONS MIX_* HEX_HOME',
  others: `
    GUILE_* JULIA_* OCAMLPATH OCAMLRUNPARAM CAMLRUNPARAM CAML_LD_LIBRARY_PATH GHC_* PLTCOLLECTS PLTADDONDIR
    EMACSLOADPATH AWKPATH AWKLIBPATH GOROOT GOPATH GOENV GOFLAGS GOTOOLCHAIN CGO_* CARGO_* RUSTC_* RUSTFLAGS
    GCC_EXEC_PREFIX COMPILER_PATH`,
  // They run what a variable says.
  tools: `
    GIT_* HGRCPATH SSH_ASKPASS* SSH_SK_PROVIDER SUDO_ASKPASS RSYNC_RSH CVS_RSH SVN_SSH EDITOR VISUAL SUDO_EDITOR
    PAGER MANPAGER BROWSER LESS LESSOPEN LESSCLOSE LESSKEY* EXINIT VIMINIT MAKEFLAGS MFLAGS GNUMAKEFLAGS MAKEFILES
    TAR_OPTIONS ZIPOPT CURL_HOME WGETRC SYSTEM_WGETRC RIPGREP_CONFIG_PATH GNUPGHOME PSQLRC PSQL_* ANSIBLE_*`,
};

/** Of these families, but they say only how an interpreter behaves. */
const harmless = `
  PYTHONUNBUFFERED PYTHONUTF8 PYTHONIOENCODING PYTHONCOERCECLOCALE PYTHONDONTWRITEBYTECODE PYTHONHASHSEED
  PYTHONFAULTHANDLER PYTHONNOUSERSITE PYTHONSAFEPATH PYTHONOPTIMIZE PYTHONDEVMODE DOTNET_NOLOGO
  DOTNET_CLI_TELEMETRY_OPTOUT DOTNET_SYSTEM_GLOBALIZATION_INVARIANT`;

/**
 * Matches the names that a handler may not give to a script, so that to deploy a handler is to run the scripts of the
 * allowed folders and no other code. On Windows names are the same in either case.
 * @param allowed names that an administrator answers for
 */
export function codeVariables(allowed: readonly string[] = [], platform = process.platform): RegExp {
  const refused = Object.values(families).flatMap(wordsOf).map(asPattern).join('|');
  const exceptions = [...wordsOf(harmless), ...allowed].map(asPattern).join('|');
  return new RegExp(`^(?!(?:${exceptions})$)(?:${refused})$`, platform === 'win32' ? 'i' : '');
}

/** Names are letters, digits and underscores: nothing in them but `*` means something to a pattern. */
function asPattern(name: string): string {
  return name.replace('*', '.*');
}

function wordsOf(text: string): string[] {
  return text.trim().split(/\s+/);
}

/**
 * The editor's settings for proxies as variables of a process, since the trainer is one of its own.
 * A setting wins over the variable of the same meaning that the editor was started with, as it does
 * in the editor itself.
 */

/** The settings `http.…` of the editor. */
export interface HttpSettings {
  readonly proxy: string | undefined;
  readonly noProxy: readonly string[] | undefined;
  readonly proxyStrictSSL: boolean | undefined;
  readonly proxyAuthorization: string | null | undefined;
  /** `off`: extensions use no proxy of the settings. */
  readonly proxySupport: string | undefined;
}

/** The variables for settings; src/hub/hubAccess.ts reads them. */
export function proxyVariables(settings: HttpSettings): Readonly<Record<string, string>> {
  if (settings.proxySupport === 'off') return {};
  const proxy = settings.proxy?.trim() ?? '';
  const noProxy = (settings.noProxy ?? []).map((host) => host.trim()).filter(Boolean);
  const authorization = settings.proxyAuthorization?.trim() ?? '';
  return {
    ...(proxy !== '' && inBothCases(['HTTPS_PROXY', 'HTTP_PROXY'], proxy)),
    ...(noProxy.length > 0 && inBothCases(['NO_PROXY'], noProxy.join(','))),
    ...(settings.proxyStrictSSL === false && { PTUNE_PROXY_STRICT_SSL: 'false' }),
    ...(authorization !== '' && { PTUNE_PROXY_AUTHORIZATION: authorization }),
  };
}

/** The names are read in lower case first. */
function inBothCases(names: readonly string[], value: string): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => [name, name.toLowerCase()]).map((name) => [name, value]),
  );
}

/** What is refused in the cases with this tag: what OTP 25 does there is a peculiarity of it, and not promised. */
const refusedTags: Readonly<Record<string, string>> = {
  quirk: 'a server that was started without a link is not its own parent',
}

const circle = 'calls in a circle reject at once'

/** Single cases, by name, that come down to something that is different on purpose. */
const refusedCases: Readonly<Record<string, string>> = { signals_random_025: circle, signals_random_133: circle }

/** Why a case may differ from what was recorded; nothing if it may not. The guarantees page names each reason. */
export function refusalOf({ name, tags }: { readonly name: string; readonly tags: readonly string[] }): string | undefined {
  return refusedCases[name] ?? tags.map((tag) => refusedTags[tag]).find((reason) => reason !== undefined)
}

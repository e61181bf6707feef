/** What is refused in the cases with this tag: what OTP 25 does there is a peculiarity of it, and not promised. */
const refusedTags: Readonly<Record<string, string>> = {
  quirk: 'a server that was started without a link is not its own parent',
}

/** Why a case may differ from what was recorded; nothing if it may not. The guarantees page names each reason. */
export function refusalOf({ tags }: { readonly tags: readonly string[] }): string | undefined {
  return tags.map((tag) => refusedTags[tag]).find((reason) => reason !== undefined)
}

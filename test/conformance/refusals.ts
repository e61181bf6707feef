/** Cases whose recorded outcome is refused, by name, each with the reason; the guarantees page names them too. */
export const refusals: Readonly<Record<string, string>> = {
  signals_random_025: 'calls in a circle reject at once',
  signals_random_049: 'a server that was started without a link is not its own parent',
  signals_random_107: 'a server that was started without a link is not its own parent',
  signals_random_133: 'calls in a circle reject at once',
  signals_random_297: 'a server that was started without a link is not its own parent',
}

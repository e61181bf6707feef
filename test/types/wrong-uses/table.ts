const unknownProperty = 'Object literal may only specify known properties'
const item = "{ sku: 'a', qty: 1 }"
const plain = 'initial: () => ({ n: 0 }), handlers'

/** A wrong use, where it is shown, and what the first line says. */
export const wrong: readonly (readonly [use: string, at: string, firstLine: string])[] = [
  // What is sent.
  ["tree.cart.call.add({ sku: 'a', qty: 'two' })", 'qty', "Type 'string' is not assignable to type 'number'."],
  ['tree.cart.call.add()', 'add', 'Expected 1-2 arguments, but got 0.'],
  ["tree.cart.call.add({ sku: 'a', qty: 1, red: 1 })", 'red', `${unknownProperty}, and 'red' does not exist in type 'Item'.`],
  [`tree.cart.call.ad(${item})`, 'ad', "Property 'ad' does not exist on type 'CallMethodsOf<{ add:"],
  ["tree.cart.call.note('x')", 'note', "Property 'note' does not exist on type 'CallMethodsOf<"],
  [`tree.cart.cast.add(${item})`, 'add', "Property 'add' does not exist on type 'CastMethodsOf<"],
  ['tree.cart.cast.note(7)', '7', "Argument of type 'number' is not assignable to parameter of type 'string'."],
  ["tree.cart.call.total({ sku: 'a' })", 'sku', `${unknownProperty}, and 'sku' does not exist in type 'CallOptions'.`],
  [
    `tree.cart.call.add(${item}, { timeout: '5 sec' })`,
    'timeout',
    `Type '"5 sec"' is not assignable to type 'DurationOrInfinity`,
  ],
  [
    `tree.cart.call.add(${item}, { timeot: '5s' })`,
    'timeot',
    `${unknownProperty}, but 'timeot' does not exist in type 'CallOptions'. Did you mean to write 'timeout'?`,
  ],
  [
    "tree.jobs.put({ sku: 'a' })",
    "{ sku: 'a' }",
    "Argument of type '{ sku: string; }' is not assignable to parameter of type 'Item'.",
  ],
  ["tree.rate.update(() => 'fast')", "'fast'", "Type 'string' is not assignable to type 'number | Promise<number>'."],
  // What is replied.
  [`const n: string = await tree.cart.call.add(${item})`, 'n', "Type 'number' is not assignable to type 'string'."],
  ["const v: 'blue' = await tree.light.call.tick()", 'v', `Type '"green" | "red"' is not assignable to type '"blue"'.`],
  // Paths in the tree.
  ['tree.card.call.total()', 'card', "Property 'card' does not exist on type 'Directory<{ cart:"],
  ['app.tree.inner.deeep', 'deeep', "Property 'deeep' does not exist on type 'Directory<{ deep:"],
  ['tree.inner.cart.call.total()', 'cart', "Property 'cart' does not exist on type 'Directory<{ deep:"],
  [`tree.carts.call.add(${item})`, 'call', "Property 'call' does not exist on type 'MembersRef<"],
  // Members.
  ["tree.carts.start('k')", 'start', 'Expected 2-3 arguments, but got 1.'],
  ["tree.carts.start('k', { owner: 7 })", 'owner', "Type 'number' is not assignable to type 'string'."],
  ["tree.carts.start(7, { owner: 'o' })", '7', "Argument of type 'number' is not assignable to parameter of type 'string'."],
  // Children and supervisors.
  ['child(Cart)', 'child', 'Expected 2 arguments, but got 1.'],
  ['child(Cart, { args: { owner: 7 } })', 'owner', "Type 'number' is not assignable to type 'string'."],
  [
    "child(Cart, { args: { owner: 'o' }, restart: 'always' })",
    'restart',
    `Type '"always"' is not assignable to type 'RestartType'.`,
  ],
  ["child(shop, { shutdwn: '5s' })", 'shutdwn', `${unknownProperty}, but 'shutdwn' does not exist in type 'ChildOptions`],
  [
    "child(Light, { shutdown: 'never' })",
    'shutdown',
    `Type '"never"' is not assignable to type 'DurationOrInfinity | "kill" | undefined'.`,
  ],
  ["child(Light, { state: 'persistent' })", 'state', `Type '"persistent"' is not assignable to type 'StateMode | undefined'.`],
  [
    "child(Light, { mailbox: { max: 10, full: 'drop' } })",
    'full',
    `Type '"drop"' is not assignable to type 'WhenFull | undefined'.`,
  ],
  ["child(Light, { fallback: { n: () => 'many' } })", 'n', "Type '() => string' is not assignable to type '(call: FallbackCall<"],
  [
    "child({ name: 'x' })",
    "{ name: 'x' }",
    "Argument of type '{ name: string; }' is not assignable to parameter of type 'Declarable'.",
  ],
  ["child(shop, { restart: 'always' })", 'restart', `Type '"always"' is not assignable to type 'RestartType | undefined'.`],
  [
    "supervisor({ strategy: 'one_for_some' }, {})",
    'strategy',
    `Type '"one_for_some"' is not assignable to type 'Strategy'. Did you mean`,
  ],
  [
    "supervisor({ intensity: { restarts: 3, within: 'soon' } }, {})",
    'within',
    `Type '"soon"' is not assignable to type 'Duration'.`,
  ],
  [
    "supervisor({ strategi: 'one_for_all' }, {})",
    'strategi',
    `${unknownProperty}, but 'strategi' does not exist in type 'SupervisorOptions'.`,
  ],
  ["supervisor({}, [['a', 7]])", "['a', 7]", "Type '[string, number]' is not assignable to type 'TreeNode<unknown>'."],
  [
    "dynamicSupervisor(Cart, { args: { owner: 'o' } })",
    'args',
    `${unknownProperty}, and 'args' does not exist in type 'DynamicSupervisorOptions<`,
  ],
  [
    "supervisorOf(tree).setStrategy('none')",
    "'none'",
    `Argument of type '"none"' is not assignable to parameter of type 'Strategy'.`,
  ],
  [
    'supervisorOf(tree).terminateChild(7)',
    '7',
    "Argument of type 'number' is not assignable to parameter of type 'string | MemberAddress'.",
  ],
  // Events of machines.
  ['tree.light.cast.TOCK()', 'TOCK', "Property 'TOCK' does not exist on type 'CastMethodsOf<EventHandlers<"],
  ['tree.light.cast.ADD()', 'ADD', 'Expected 1-2 arguments, but got 0.'],
  ["tree.light.cast.ADD({ by: 'one' })", 'by', "Type 'string' is not assignable to type 'number'."],
  ['tree.light.call.TICK()', 'TICK', "Property 'TICK' does not exist on type 'CallMethodsOf<{ tick:"],
  [
    "machine('m', light, { asks: ({ ask }) => ({ x: ask('TOCK', (s) => s.value) }) })",
    "'TOCK'",
    `Argument of type '"TOCK"' is not assignable to parameter of type '"TICK" | "ADD"'.`,
  ],
  // From inside an actor.
  ["ctx.ref(Cart, 'cart').call.add('a')", "'a'", "Argument of type 'string' is not assignable to parameter of type 'Item'."],
  ["ctx.ref('cart')", 'ref', 'Expected 2 arguments, but got 1.'],
  ['ctx.ref(Cart, 7)', '7', "Argument of type 'number' is not assignable to parameter of type 'string | RefData |"],
  [
    "ctx.request(tree.cart, 'note', 'x', { then: 'done' })",
    "'note'",
    `Argument of type '"note"' is not assignable to parameter of type '"add" | "total"'.`,
  ],
  [
    "ctx.request(tree.cart, 'total', undefined, {})",
    '{}',
    "Argument of type '{}' is not assignable to parameter of type 'RequestOptions'.",
  ],
  ["ctx.forward(tree.cart, 'add', 'a')", "'a'", "Argument of type 'string' is not assignable to parameter of type 'Item'."],
  ["ctx.sendAfter('soon', 'tick')", "'soon'", `Argument of type '"soon"' is not assignable to parameter of type 'Duration'.`],
  // Names, groups and the rest of an app.
  [
    "ctx.monitor({ nam: 'x' })",
    'nam',
    `${unknownProperty}, but 'nam' does not exist in type 'NamedActor'. Did you mean to write 'name'?`,
  ],
  ['ctx.join(7)', '7', "Argument of type 'number' is not assignable to parameter of type 'string'."],
  [
    "ctx.register({ name: 'x' })",
    "{ name: 'x' }",
    "Argument of type '{ name: string; }' is not assignable to parameter of type 'string'.",
  ],
  ['app.whereis(7)', '7', "Argument of type 'number' is not assignable to parameter of type 'string'."],
  ["app.broadcast('g', 7)", '7', "Argument of type 'number' is not assignable to parameter of type 'string'."],
  [
    "app.on('cart', 'upp', () => undefined)",
    "'upp'",
    `Argument of type '"upp"' is not assignable to parameter of type 'keyof LifeEvents'.`,
  ],
  ["app.spawn(Cart, 'k', { owner: 7 })", 'owner', "Type 'number' is not assignable to type 'string'."],
  [
    "app.spawn(Cart, 'k', { owner: 'o' }, { ifExists: 'replace' })",
    'ifExists',
    `Type '"replace"' is not assignable to type '"error" | "return" | undefined'.`,
  ],
  [
    "tree.cart.stop('normal')",
    "'normal'",
    `Argument of type '"normal"' is not assignable to parameter of type 'ExitReason | undefined'.`,
  ],
  [
    "start(shop, { messages: 'freeze' })",
    'messages',
    `Type '"freeze"' is not assignable to type '"copy" | "share" | undefined'.`,
  ],
  ["start(shop, { store: 'shop.db' })", 'store', "Type 'string' is not assignable to type 'Store'."],
  // Definitions.
  [
    `actor('a', { ${plain}: ({ call }) => ({ x: call(() => 7) }) })`,
    '7',
    "Type 'number' is not assignable to type 'AnyCallResult<{ n: number; }>'",
  ],
  [
    `actor('a', { ${plain}: ({ call }) => ({ x: call(({ state }) => ({ reply: state.m })) }) })`,
    'm',
    "Property 'm' does not exist on type 'Readonly<{ n: number; }>'.",
  ],
  [
    `actor('a', { ${plain}: ({ cast }) => ({ x: cast(() => ({ n: 'one' })) }) })`,
    'n',
    "Type 'string' is not assignable to type 'number'.",
  ],
  [
    `actor('a', { ${plain}: ({ cast }) => ({ x: cast(({ state }) => { state.n += 1 }) }) })`,
    'n',
    "Cannot assign to 'n' because it is a read-only property.",
  ],
  [`actor('a', { ${plain}: () => ({ x: () => 7 }) })`, 'x', "Type '() => number' is not assignable to type 'AnyHandler'."],
  [
    `actor('a', { ${plain}: () => ({}), trapExit: true })`,
    'trapExit',
    `${unknownProperty}, but 'trapExit' does not exist in type 'ActorOptions<`,
  ],
  [
    `actor('a', { ${plain}: () => ({}), term: ({ checkpoint }) => checkpoint({ m: 0 }) })`,
    'm',
    `${unknownProperty}, and 'm' does not exist in type '{ n: number; }'.`,
  ],
]

/** Here a whole definition is where something else belongs, or its options are looked for: its type is told. */
export const definitions: readonly (readonly [use: string, at: string, firstLine: RegExp])[] = [
  [
    "child(Cart, { args: { owner: 'o' }, shutdwn: '5s' })",
    'shutdwn',
    /but 'shutdwn' does not exist in type 'Child.*Did you mean to write 'shutdown'\?$/,
  ],
  [
    "child(Cart, { restart: 'transient' })",
    "{ restart: 'transient' }",
    /^Argument of type '{ restart: "transient"; }' is not .*'ChildOptionsWithArgs<.*'\.$/,
  ],
  ['supervisor({}, { cart: Cart })', 'cart', /^Type 'ActorDefinition<.*' is not assignable to type 'TreeNode<unknown>'\.$/],
  ['start(Cart)', 'Cart', /^Argument of type 'ActorDefinition<.*' is not assignable to parameter of type 'SupervisorNode<.*'\.$/],
  [
    "supervisorOf(tree).startChild('x', Cart)",
    'Cart',
    /^Argument of type 'ActorDefinition<.*' is not assignable to parameter of type 'TreeNode<.*'\.$/,
  ],
  [
    'supervisorOf(tree.cart)',
    'tree.cart',
    /^Argument of type 'ActorRef<.*' is not assignable to parameter of type 'OfSupervisor'\.$/,
  ],
]

import { displayId, keyOf, parentOf, type ActorId } from '../../protocol/actor-id.ts'
import { ConfigurationError } from '../../protocol/errors.ts'
import type { Cut, CutOrder } from '../../runtime/cuts/cut.ts'
import type { ChildSpec } from '../specs/child-spec.ts'
import type { ChildrenView } from '../machine/children.ts'
import type { SupervisorReply } from '../machine/commands.ts'
import type { SupervisorRequest } from '../machine/facts.ts'
import { gateViolations } from '../specs/gate-rules.ts'
import { oneOf } from '../specs/option-checks.ts'
import { strategies } from '../specs/strategy.ts'

/** With this the names of the calls begin by which a supervisor is asked through its reference. */
export const askPrefix = 'supervisor:'

/** What a {@link SupervisorRef} asks: the requests of the machine, with what only the shell can make something of. */
export type Question =
  | Exclude<SupervisorRequest, { readonly type: 'startChild' | 'terminateMember' | 'restartAll' }>
  | ({ readonly type: 'cut' } & CutOrder)
  | { readonly type: 'restoreCut'; readonly cut: Cut }
  /** What was given for a child is checked when its turn comes, as in OTP. */
  | { readonly type: 'startChild'; readonly id: unknown; readonly node: unknown }
  /** By an address, which may be of somebody else. */
  | { readonly type: 'terminateMember'; readonly member: ActorId; readonly incarnation: number | undefined }

/** What the machine has no part in. */
export type AboutCuts = Extract<Question, { readonly type: 'cut' | 'restoreCut' }>

/** Who is asked. */
export interface Asked {
  readonly id: ActorId
  readonly isDynamic: boolean
  /** The checked spec of a child that is added; throws ConfigurationError. */
  readonly specOf: ((key: unknown, node: unknown) => ChildSpec) | undefined
  readonly children: ChildrenView
}

const onlyForStatic: readonly Question['type'][] = ['startChild', 'terminateChild', 'restartChild', 'deleteChild', 'setStrategy']

/** The request to the machine, or the answer where it need not be asked: what OTP refuses, and what breaks a rule. */
export function requestOf(question: Exclude<Question, AboutCuts>, asked: Asked): SupervisorRequest | SupervisorReply {
  const { id, isDynamic } = asked
  if (isDynamic && onlyForStatic.includes(question.type)) {
    const about = 'id' in question ? String(question.id) : ''
    return { status: 'error', error: { type: 'simple_one_for_one', id: about, request: question.type } }
  }
  switch (question.type) {
    case 'startChild':
      return newChild(question, asked)
    case 'terminateMember': {
      const { member, incarnation } = question
      if (parentOf(member) !== id) return { status: 'error', error: { type: 'not_found', id: keyOf(member) } }
      return { type: 'terminateMember', id: keyOf(member), incarnation }
    }
    case 'setStrategy': {
      const path = `${displayId(id)}: strategy`
      const [violation] = oneOf(path, question.strategy ?? null, strategies)
      return violation === undefined ? question : invalid('', new ConfigurationError(violation))
    }
    default:
      return question
  }
}

function newChild(
  { id, node }: Extract<Question, { readonly type: 'startChild' }>,
  { id: parent, specOf, children }: Asked,
): SupervisorRequest | SupervisorReply {
  try {
    if (specOf === undefined) throw new ConfigurationError({ path: 'startChild', rule: 'is not for this supervisor', value: id })
    const spec = specOf(id, node)
    checkGate(spec, parent, children)
    return { type: 'startChild', spec }
  } catch (error) {
    if (error instanceof ConfigurationError) return invalid(String(id), error)
    throw error
  }
}

/** A gate must be there, and not wait for the new child in turn. */
function checkGate({ id, gate }: ChildSpec, parent: ActorId, children: ChildrenView): void {
  if (gate === undefined) return
  const gates = new Map(children.all().map(({ spec }) => [spec.id, spec.gate]))
  const violation = gateViolations(parent, gates.set(id, gate)).find(({ value }) => value === gate)
  if (violation !== undefined) throw new ConfigurationError(violation)
}

function invalid(id: string, error: ConfigurationError): SupervisorReply {
  return { status: 'error', error: { type: 'invalid_spec', id, error } }
}

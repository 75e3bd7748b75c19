import { plainWords } from './plain-words.js';

/** What the settings of a channel say about a person who writes on its phone. */
export interface PhoneRules {
  readonly endTrigger: string | null;
  readonly callRejectMessage: string | null;
  /** False: only the command takes the chat over; null and true: every message does. */
  readonly takeOutsideService: boolean | null;
  readonly takeOutsideServiceCommand: string | null;
  /** True: the command, said again, gives the chat back. */
  readonly takeOutsideServiceCommandReturn: boolean | null;
}

/**
 * What a message means that was written on the shop's phone: `take` the chat over, `command` likewise and the customer is
 * told, `return` it to the agent, `finish` the service, `machine` (nobody wrote it), or nothing (`keep`).
 */
export type PhoneMessage = 'take' | 'command' | 'return' | 'finish' | 'machine' | 'keep';

/** Judges a message of the shop's phone. `humanTalk`: a person has the chat already. */
export function judgePhoneMessage(text: string, rules: PhoneRules, humanTalk: boolean): PhoneMessage {
  const said = plainWords(text);
  const is = (words: string | null) => words !== null && plainWords(words) !== '' && said === plainWords(words);
  // The gateway sends it from the phone's own socket, so it comes back as if a person had typed it.
  if (is(rules.callRejectMessage)) return 'machine';
  if (is(rules.endTrigger)) return 'finish';
  if (is(rules.takeOutsideServiceCommand))
    return humanTalk && rules.takeOutsideServiceCommandReturn === true ? 'return' : 'command';
  return rules.takeOutsideService === false ? 'keep' : 'take';
}

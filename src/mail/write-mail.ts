import type { Language } from '../common/language.js';

/** What a mail says; whom it goes to is the caller's to know. */
export interface WrittenMail {
  readonly subject: string;
  readonly text: string;
}

type Sentences<K extends string> = Readonly<Record<Language, Readonly<Record<K, string>>>>;

const SIGNATURE = 'Tawkee';
const HELLO: Readonly<Record<Language, string>> = { en: 'Hello,', pt: 'Olá,', es: 'Hola,' };

const VERIFY: Sentences<'subject' | 'ask' | 'otherwise'> = {
  en: {
    subject: 'Confirm your e-mail address',
    ask: 'Open this link within 24 hours to confirm that this address is yours:',
    otherwise: 'If you have no account with us, do nothing.',
  },
  pt: {
    subject: 'Confirme seu endereço de e-mail',
    ask: 'Abra este link em até 24 horas para confirmar que este endereço é seu:',
    otherwise: 'Se você não tem uma conta conosco, não faça nada.',
  },
  es: {
    subject: 'Confirma tu dirección de correo',
    ask: 'Abre este enlace en las próximas 24 horas para confirmar que esta dirección es tuya:',
    otherwise: 'Si no tienes una cuenta con nosotros, no hagas nada.',
  },
};

const RESET: Sentences<'subject' | 'ask' | 'otherwise'> = {
  en: {
    subject: 'Set a new password',
    ask: 'Open this link within 30 minutes to set a new password:',
    otherwise: 'If you did not ask for it, do nothing: your password stays as it is.',
  },
  pt: {
    subject: 'Defina uma nova senha',
    ask: 'Abra este link em até 30 minutos para definir uma nova senha:',
    otherwise: 'Se você não pediu isso, não faça nada: sua senha continua a mesma.',
  },
  es: {
    subject: 'Define una nueva contraseña',
    ask: 'Abre este enlace en los próximos 30 minutos para definir una nueva contraseña:',
    otherwise: 'Si no lo pediste, no hagas nada: tu contraseña sigue siendo la misma.',
  },
};

const CHANGE_EMAIL: Sentences<'subject' | 'ask' | 'otherwise'> = {
  en: {
    subject: 'Confirm your new e-mail address',
    ask: 'Open this link within 24 hours to sign in with this address from now on:',
    otherwise: 'If you did not ask for it, do nothing: nothing changes.',
  },
  pt: {
    subject: 'Confirme seu novo endereço de e-mail',
    ask: 'Abra este link em até 24 horas para passar a entrar com este endereço:',
    otherwise: 'Se você não pediu isso, não faça nada: nada muda.',
  },
  es: {
    subject: 'Confirma tu nueva dirección de correo',
    ask: 'Abre este enlace en las próximas 24 horas para entrar con esta dirección a partir de ahora:',
    otherwise: 'Si no lo pediste, no hagas nada: nada cambia.',
  },
};

const NOTICES = {
  /** Somebody wanted an account with an address that has one. */
  alreadyRegistered: {
    en: {
      subject: 'You already have an account',
      text: 'Somebody, perhaps you, tried to register with this address. It already has an account: sign in, or ask for a new password. If it was not you, do nothing.',
    },
    pt: {
      subject: 'Você já tem uma conta',
      text: 'Alguém, talvez você, tentou se cadastrar com este endereço. Ele já tem uma conta: entre, ou peça uma nova senha. Se não foi você, não faça nada.',
    },
    es: {
      subject: 'Ya tienes una cuenta',
      text: 'Alguien, quizás tú, intentó registrarse con esta dirección. Ya tiene una cuenta: entra, o pide una nueva contraseña. Si no fuiste tú, no hagas nada.',
    },
  },
  /** Google or Facebook proved the address: another way into the account. */
  providerLinked: {
    en: {
      subject: 'You can now sign in another way',
      text: 'Somebody signed in to your account through a provider (Google or Facebook) that vouches for this address, and can do so again. If it was not you, secure your account there, and write to whoever runs this installation.',
    },
    pt: {
      subject: 'Agora você pode entrar de outra forma',
      text: 'Alguém entrou na sua conta por meio de um provedor (Google ou Facebook) que confirma este endereço, e poderá entrar assim de novo. Se não foi você, proteja sua conta lá e escreva a quem administra esta instalação.',
    },
    es: {
      subject: 'Ahora puedes entrar de otra forma',
      text: 'Alguien entró en tu cuenta mediante un proveedor (Google o Facebook) que confirma esta dirección, y podrá volver a hacerlo. Si no fuiste tú, protege tu cuenta allí y escribe a quien administra esta instalación.',
    },
  },
  /** The same, where nobody had proven the address before. */
  accountTakenOver: {
    en: {
      subject: 'Your account is confirmed',
      text: 'You signed in through a provider that vouches for this address. The account had never been confirmed, so whatever else could open it was removed: its password, its sessions and its API keys. Look at the members of your workspaces, and set a new password in your profile if you want one.',
    },
    pt: {
      subject: 'Sua conta está confirmada',
      text: 'Você entrou por meio de um provedor que confirma este endereço. A conta nunca havia sido confirmada, por isso tudo o que também podia abri-la foi removido: a senha, as sessões e as chaves de API. Confira os membros dos seus espaços e, se quiser, defina uma nova senha no seu perfil.',
    },
    es: {
      subject: 'Tu cuenta está confirmada',
      text: 'Entraste mediante un proveedor que confirma esta dirección. La cuenta nunca había sido confirmada, así que se eliminó todo lo demás que podía abrirla: la contraseña, las sesiones y las claves de API. Revisa los miembros de tus espacios y, si quieres, define una nueva contraseña en tu perfil.',
    },
  },
  passwordChanged: {
    en: {
      subject: 'Your password was changed',
      text: 'The password of your account was changed, and every other session was ended. If it was not you, ask for a new password at once.',
    },
    pt: {
      subject: 'Sua senha foi alterada',
      text: 'A senha da sua conta foi alterada, e todas as outras sessões foram encerradas. Se não foi você, peça uma nova senha imediatamente.',
    },
    es: {
      subject: 'Tu contraseña fue cambiada',
      text: 'La contraseña de tu cuenta fue cambiada, y todas las demás sesiones se cerraron. Si no fuiste tú, pide una nueva contraseña de inmediato.',
    },
  },
  /** To the old address, before the new one is confirmed. */
  emailChangeAsked: {
    en: {
      subject: 'A new e-mail address was asked for',
      text: 'Somebody with your password asked to sign in with another e-mail address from now on. If it was not you, change your password at once: that voids the request.',
    },
    pt: {
      subject: 'Foi pedido um novo endereço de e-mail',
      text: 'Alguém com a sua senha pediu para passar a entrar com outro endereço de e-mail. Se não foi você, altere sua senha imediatamente: isso anula o pedido.',
    },
    es: {
      subject: 'Se pidió una nueva dirección de correo',
      text: 'Alguien con tu contraseña pidió entrar con otra dirección de correo a partir de ahora. Si no fuiste tú, cambia tu contraseña de inmediato: eso anula la solicitud.',
    },
  },
  /** To the old address, once the new one took its place. */
  emailChanged: {
    en: {
      subject: 'Your e-mail address was changed',
      text: 'Your account is now reached by another e-mail address, not by this one. If it was not you, write to whoever runs this installation.',
    },
    pt: {
      subject: 'Seu endereço de e-mail foi alterado',
      text: 'Sua conta agora é acessada por outro endereço de e-mail, e não por este. Se não foi você, escreva a quem administra esta instalação.',
    },
    es: {
      subject: 'Tu dirección de correo fue cambiada',
      text: 'A tu cuenta se entra ahora con otra dirección de correo, y no con esta. Si no fuiste tú, escribe a quien administra esta instalación.',
    },
  },
} as const satisfies Record<string, Sentences<'subject' | 'text'>>;

const INVITATION: Readonly<
  Record<Language, { subject(workspace: string): string; ask(inviter: string, workspace: string): string }>
> = {
  en: {
    subject: (workspace) => `Invitation to ${workspace}`,
    ask: (inviter, workspace) => `${inviter} invites you to the workspace ${workspace}. Open this link to accept:`,
  },
  pt: {
    subject: (workspace) => `Convite para ${workspace}`,
    ask: (inviter, workspace) => `${inviter} convida você para o espaço ${workspace}. Abra este link para aceitar:`,
  },
  es: {
    subject: (workspace) => `Invitación a ${workspace}`,
    ask: (inviter, workspace) => `${inviter} te invita al espacio ${workspace}. Abre este enlace para aceptar:`,
  },
};

/** Asks the owner of a new account to prove the address. */
export const verifyMail = (language: Language, link: string) => withLink(language, VERIFY[language], link);

/** Lets the owner of an account set a new password. */
export const resetMail = (language: Language, link: string) => withLink(language, RESET[language], link);

/** Goes to the new address of an account, which takes effect when its link is opened. */
export const changeEmailMail = (language: Language, link: string) => withLink(language, CHANGE_EMAIL[language], link);

/** Tells the owner of an account what happened to it. */
export function noticeMail(language: Language, notice: keyof typeof NOTICES): WrittenMail {
  const { subject, text } = NOTICES[notice][language];
  return { subject, text: paragraphs(language, text) };
}

/** Asks somebody to join a workspace. The names are chosen by strangers: each stays on one line and short. */
export function invitationMail(input: {
  language: Language;
  workspaceName: string;
  inviterName: string;
  link: string;
}): WrittenMail {
  const { subject, ask } = INVITATION[input.language];
  const workspace = oneLine(input.workspaceName);
  return {
    subject: subject(workspace),
    text: paragraphs(input.language, ask(oneLine(input.inviterName), workspace), input.link),
  };
}

function withLink(
  language: Language,
  { subject, ask, otherwise }: { subject: string; ask: string; otherwise: string },
  link: string,
): WrittenMail {
  return { subject, text: paragraphs(language, ask, link, otherwise) };
}

const paragraphs = (language: Language, ...parts: string[]): string =>
  `${[HELLO[language], ...parts, SIGNATURE].join('\n\n')}\n`;

const LONGEST_NAME = 60;

/** A line break in a subject begins a header of the sender's choice (CWE-93); bidi marks disguise what follows them. */
function oneLine(name: string): string {
  const plain = name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  const characters = [...plain];
  return characters.length > LONGEST_NAME ? `${characters.slice(0, LONGEST_NAME).join('')}…` : plain;
}

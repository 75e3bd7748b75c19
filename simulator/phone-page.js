// The phone page: whoever signed in writes as a customer and watches the answer arrive. Everything that people or the
// agent wrote is set as text, never as markup.

const TEXTS = {
  pt: {
    title: 'Celular simulado',
    intro: 'Escreva como um cliente e veja o agente responder. Nada aqui sai para o WhatsApp.',
    signInTitle: 'Entre para testar',
    signInHelp: 'Crie uma conta nesta instalação, ou entre na sua.',
    name: 'Nome',
    email: 'E-mail',
    password: 'Senha (10 caracteres ou mais)',
    register: 'Criar conta',
    login: 'Entrar',
    signOut: 'Sair',
    emptyTitle: 'Ainda não há nenhum número',
    emptyHelp: 'Um clique cria um agente de demonstração com um número simulado. Depois é só escrever.',
    makeDemo: 'Criar agente de demonstração',
    channel: 'Número da loja',
    scanHelp: 'Este número ainda não está conectado. No WhatsApp de verdade você leria o código com o celular.',
    scan: 'Ler o código (simulado)',
    customer: 'O cliente',
    number: 'Telefone, com país e DDD',
    lid: 'Aparece com um LID (endereço oculto do WhatsApp)',
    message: 'Mensagem',
    send: 'Enviar',
    typing: 'digitando…',
    nothing: 'Nenhuma mensagem ainda. Diga oi.',
    open: 'conectado',
    connecting: 'conectando',
    close: 'desconectado',
    refused: 'recusado',
    created: 'criado',
    sent: '✓ enviada',
    delivered: '✓✓ entregue',
    read: '✓✓ lida',
    offline: 'O servidor não responde. Tentando de novo…',
    badNumber: 'Use de 10 a 15 dígitos, com o código do país: 5581999990001.',
    demoName: 'Bia',
    demoBehavior: 'Responda só com o que sabe sobre a loja. Aceitamos Pix e cartão.',
    demoJob: 'Doces do Porto',
    demoAbout:
      'Fazemos bolos e doces por encomenda. Entregamos de segunda a sexta, das nove às dezoito horas. O bolo de cenoura custa 60 reais.',
    demoChannel: 'Loja (simulada)',
  },
  en: {
    title: 'Simulated phone',
    intro: 'Write as a customer and watch the agent answer. Nothing here leaves for WhatsApp.',
    signInTitle: 'Sign in to try it',
    signInHelp: 'Create an account on this installation, or sign in to yours.',
    name: 'Name',
    email: 'E-mail',
    password: 'Password (10 characters or more)',
    register: 'Create account',
    login: 'Sign in',
    signOut: 'Sign out',
    emptyTitle: 'There is no number yet',
    emptyHelp: 'One click creates a demonstration agent with a simulated number. Then just write.',
    makeDemo: 'Create the demonstration agent',
    channel: 'The shop’s number',
    scanHelp: 'This number is not connected yet. With the real WhatsApp you would scan the code with the phone.',
    scan: 'Scan the code (simulated)',
    customer: 'The customer',
    number: 'Phone, with country and area code',
    lid: 'Appears with a LID (WhatsApp’s hidden address)',
    message: 'Message',
    send: 'Send',
    typing: 'typing…',
    nothing: 'No messages yet. Say hello.',
    open: 'connected',
    connecting: 'connecting',
    close: 'disconnected',
    refused: 'refused',
    created: 'created',
    sent: '✓ sent',
    delivered: '✓✓ delivered',
    read: '✓✓ read',
    offline: 'The server does not answer. Trying again…',
    badNumber: 'Use 10 to 15 digits with the country code: 5581999990001.',
    demoName: 'Bia',
    demoBehavior: 'Answer only what you know about the shop. We take cash and cards.',
    demoJob: 'Harbour Sweets',
    demoAbout:
      'We bake cakes and sweets to order. We deliver Monday to Friday, nine to six. The carrot cake costs 60 reais.',
    demoChannel: 'Shop (simulated)',
  },
  es: {
    title: 'Teléfono simulado',
    intro: 'Escribe como un cliente y mira cómo responde el agente. Nada de aquí sale a WhatsApp.',
    signInTitle: 'Entra para probar',
    signInHelp: 'Crea una cuenta en esta instalación o entra en la tuya.',
    name: 'Nombre',
    email: 'Correo',
    password: 'Contraseña (10 caracteres o más)',
    register: 'Crear cuenta',
    login: 'Entrar',
    signOut: 'Salir',
    emptyTitle: 'Todavía no hay ningún número',
    emptyHelp: 'Un clic crea un agente de demostración con un número simulado. Después solo escribe.',
    makeDemo: 'Crear agente de demostración',
    channel: 'Número de la tienda',
    scanHelp: 'Este número aún no está conectado. En el WhatsApp real leerías el código con el teléfono.',
    scan: 'Leer el código (simulado)',
    customer: 'El cliente',
    number: 'Teléfono, con país y área',
    lid: 'Aparece con un LID (dirección oculta de WhatsApp)',
    message: 'Mensaje',
    send: 'Enviar',
    typing: 'escribiendo…',
    nothing: 'Todavía no hay mensajes. Saluda.',
    open: 'conectado',
    connecting: 'conectando',
    close: 'desconectado',
    refused: 'rechazado',
    created: 'creado',
    sent: '✓ enviado',
    delivered: '✓✓ entregado',
    read: '✓✓ leído',
    offline: 'El servidor no responde. Probando de nuevo…',
    badNumber: 'Usa de 10 a 15 dígitos con el código de país: 5581999990001.',
    demoName: 'Bia',
    demoBehavior: 'Responde solo lo que sabes de la tienda. Aceptamos efectivo y tarjeta.',
    demoJob: 'Dulces del Puerto',
    demoAbout:
      'Hacemos tortas y dulces por encargo. Entregamos de lunes a viernes, de nueve a dieciocho. La torta de zanahoria cuesta 60 reales.',
    demoChannel: 'Tienda (simulada)',
  },
};

const language = ['pt', 'es', 'en'].find((l) => navigator.language.toLowerCase().startsWith(l)) ?? 'en';
const t = TEXTS[language];
document.documentElement.lang = language === 'pt' ? 'pt-BR' : language;
document.title = `Tawkee · ${t.title}`;
for (const element of document.querySelectorAll('[data-text]')) element.textContent = t[element.dataset.text];

const $ = (id) => document.getElementById(id);
const TOKEN = 'tawkee-simulator-token';
const POLL_MS = 700;
let token = sessionStorage.getItem(TOKEN);
let shown = '';
let channels = [];

/** A call of the product's API. Throws what the server says to people. */
async function call(method, path, body) {
  const response = await fetch(path, {
    method,
    headers: {
      'accept-language': document.documentElement.lang,
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    body: body && JSON.stringify(body),
  }).catch(() => {
    throw new Error(t.offline);
  });
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  if (response.status === 401 && token) signOut();
  const fields = (answer.errors ?? []).map((e) => `${e.path}: ${e.message}`).join(' · ');
  throw new Error(fields || answer.detail || answer.error || answer.title || t.offline);
}

function complain(error) {
  $('problem').textContent = error?.message ?? '';
  $('problem').hidden = !error;
}

function signOut() {
  token = null;
  sessionStorage.removeItem(TOKEN);
  show('sign-in');
}

function show(part) {
  for (const id of ['sign-in', 'empty', 'desk']) $(id).hidden = id !== part;
  $('sign-out').hidden = part === 'sign-in';
}

$('sign-out').addEventListener('click', signOut);

$('sign-in').addEventListener('submit', async (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  const action = event.submitter?.value ?? 'login';
  const { name, email, password } = Object.fromEntries(form);
  try {
    const person = { email, password, ...(action === 'register' ? { name: name || email.split('@')[0] } : {}) };
    const { data } = await call('POST', `/auth/${action}`, person);
    token = data.accessToken;
    sessionStorage.setItem(TOKEN, token);
    complain();
    await loadChannels();
  } catch (error) {
    complain(error);
  }
});

$('make-demo').addEventListener('click', async () => {
  $('make-demo').disabled = true;
  try {
    const [workspace] = await call('GET', '/v2/workspaces');
    const agent = await call('POST', `/v2/workspace/${workspace.id}/agents`, {
      name: t.demoName,
      behavior: t.demoBehavior,
      jobName: t.demoJob,
      jobDescription: t.demoAbout,
    });
    const channel = await call('POST', `/v2/agent/${agent.id}/create-channel`, {
      name: t.demoChannel,
      type: 'WHATSAPP',
    });
    await scan(channel.id);
    complain();
    await loadChannels();
  } catch (error) {
    complain(error);
  } finally {
    $('make-demo').disabled = false;
  }
});

const scan = (id) => call('POST', `/simulator/api/channels/${id}/scan`, { number: '558133330000' });

$('scan').addEventListener('click', () => scan($('channel').value).then(() => loadChannels(), complain));
$('channel').addEventListener('change', () => {
  shown = '';
  chooseChannel();
});

async function loadChannels() {
  if (!token) return show('sign-in');
  const chosen = $('channel').value;
  channels = await call('GET', '/simulator/api/channels');
  if (channels.length === 0) return show('empty');
  $('channel').replaceChildren(
    ...channels.map((channel) => {
      const option = document.createElement('option');
      option.value = channel.id;
      option.textContent = `${channel.name} · ${channel.agent}`;
      return option;
    }),
  );
  if (channels.some((c) => c.id === chosen)) $('channel').value = chosen;
  show('desk');
  await chooseChannel();
}

async function chooseChannel() {
  const channel = channels.find((c) => c.id === $('channel').value);
  $('contact').textContent = channel ? `${channel.agent} · ${channel.name}` : '';
  await watch().catch(complain);
}

async function showCode(isOpen) {
  $('scan-box').hidden = isOpen;
  if (isOpen) return;
  const answer = await call('GET', `/channel/${$('channel').value}/qr-code`).catch(() => undefined);
  if (!answer?.data?.png) return;
  $('qr').src = answer.data.png;
  $('qr').hidden = false;
}

let lastState = '';
async function watch() {
  const channel = $('channel').value;
  if (!channel || $('desk').hidden) return;
  const number = $('number').value.replace(/\D/g, '');
  if (number.length < 10) return;
  const phone = await call('GET', `/simulator/api/channels/${channel}/phone?number=${number}`);
  $('state').textContent = t[phone.state] ?? phone.state;
  $('typing').hidden = !phone.typing;
  if (`${channel} ${phone.state}` !== lastState) {
    lastState = `${channel} ${phone.state}`;
    await showCode(phone.state === 'open');
  }
  const now = JSON.stringify([channel, number, phone.bubbles]);
  if (now !== shown) draw(phone.bubbles);
  shown = now;
}

function draw(bubbles) {
  const list = $('bubbles');
  list.replaceChildren(
    ...(bubbles.length === 0
      ? [bubble({ text: t.nothing }, 'empty')]
      : bubbles.map((b) => bubble(b, b.mine ? 'mine' : ''))),
  );
  list.scrollTop = list.scrollHeight;
}

function bubble({ text, at, mine, tick }, kind) {
  const item = document.createElement('li');
  if (kind) item.className = kind;
  item.append(text);
  if (at) {
    const note = document.createElement('small');
    const time = new Date(at).toLocaleTimeString(document.documentElement.lang, { hour: '2-digit', minute: '2-digit' });
    note.textContent = mine ? time : `${time} ${t[tick]}`;
    if (!mine && tick === 'read') note.className = 'read';
    item.append(note);
  }
  return item;
}

$('say').addEventListener('submit', async (event) => {
  event.preventDefault();
  const text = $('text').value.trim();
  if (!text) return;
  const number = $('number').value.replace(/\D/g, '');
  if (!/^\d{10,15}$/.test(number)) return complain(new Error(t.badNumber));
  try {
    const name = $('customer-name').value.trim() || 'Ana';
    await call('POST', `/simulator/api/channels/${$('channel').value}/say`, {
      number,
      name,
      lid: $('lid').checked,
      text,
    });
    $('text').value = '';
    complain();
    await watch();
  } catch (error) {
    complain(error);
  }
  $('text').focus();
});

$('text').addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  $('say').requestSubmit();
});

async function tick() {
  try {
    await watch();
    if (!$('desk').hidden && $('problem').textContent === t.offline) complain();
  } catch (error) {
    complain(error);
  }
  setTimeout(tick, POLL_MS);
}

loadChannels().catch((error) => {
  complain(error);
  show('sign-in');
});
tick();

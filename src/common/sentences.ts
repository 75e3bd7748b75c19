import type { Language } from './language.js';

/** What people read in errors, by its English: [Portuguese, Spanish]. A test finds sentences that are missing here. */
const SENTENCES: Readonly<Record<string, readonly [pt: string, es: string]>> = {
  'A customer waits for a person': ['Um cliente espera por uma pessoa', 'Un cliente espera a una persona'],
  'Another machine seems to write in this chat; the agent has stopped': [
    'Outra máquina parece escrever nesta conversa; o agente parou',
    'Otra máquina parece escribir en este chat; el agente se detuvo',
  ],
  'This chat has reached the daily limit of messages': [
    'Esta conversa chegou ao limite diário de mensagens',
    'Este chat alcanzó el límite diario de mensajes',
  ],
  'The agent could not answer a customer': [
    'O agente não conseguiu responder a um cliente',
    'El agente no pudo responder a un cliente',
  ],
  'A WhatsApp number is not connected any more': [
    'Um número de WhatsApp não está mais conectado',
    'Un número de WhatsApp ya no está conectado',
  ],
  'A WhatsApp number is connected but reports nothing': [
    'Um número de WhatsApp está conectado, mas não informa nada',
    'Un número de WhatsApp está conectado, pero no informa nada',
  ],
  'Messages of a WhatsApp number do not leave': [
    'As mensagens de um número de WhatsApp não saem',
    'Los mensajes de un número de WhatsApp no salen',
  ],
  'A WhatsApp number begins no conversations for a while': [
    'Um número de WhatsApp não inicia conversas por um tempo',
    'Un número de WhatsApp no inicia conversaciones por un tiempo',
  ],
  'An event could not be delivered to your address': [
    'Um evento não pôde ser entregue no seu endereço',
    'Un evento no se pudo entregar en su dirección',
  ],
  'This delivery is still on its way.': ['Esta entrega ainda está a caminho.', 'Esta entrega todavía está en camino.'],
  'Nobody knows whether a message arrived; check the chat': [
    'Não se sabe se uma mensagem chegou; confira a conversa',
    'No se sabe si un mensaje llegó; revise el chat',
  ],
  'A message was sent more often than it should have been': [
    'Uma mensagem foi enviada mais vezes do que deveria',
    'Un mensaje se envió más veces de lo debido',
  ],
  'Something needs your attention': ['Algo precisa da sua atenção', 'Algo necesita su atención'],
  'The request cannot be understood': ['Não foi possível entender a requisição', 'No se pudo entender la solicitud'],
  'Some fields are not valid': ['Alguns campos não são válidos', 'Algunos campos no son válidos'],
  'The body is not valid JSON': ['O corpo não é um JSON válido', 'El cuerpo no es un JSON válido'],
  'An id in the path is not a UUID': ['Um id do caminho não é um UUID', 'Un id de la ruta no es un UUID'],
  'An address does not lead to the public internet': [
    'Um endereço não leva à internet pública',
    'Una dirección no lleva a la internet pública',
  ],
  'This link or code is not valid any more': [
    'Este link ou código não vale mais',
    'Este enlace o código ya no es válido',
  ],
  'The sign-in through the provider did not work': [
    'Não foi possível entrar pelo provedor',
    'No se pudo iniciar sesión con el proveedor',
  ],
  'Sign in first': ['Entre primeiro', 'Primero inicie sesión'],
  'E-mail or password is wrong': ['E-mail ou senha incorretos', 'El correo o la contraseña no son correctos'],
  'Your role does not allow this': ['Seu papel não permite isso', 'Su rol no permite esto'],
  'This workspace is suspended': ['Este espaço está suspenso', 'Este espacio está suspendido'],
  'Registration is by invitation': ['O cadastro é só por convite', 'El registro es solo por invitación'],
  'Not found': ['Não encontrado', 'No encontrado'],
  'The request took too long to arrive': [
    'A requisição demorou demais para chegar',
    'La solicitud tardó demasiado en llegar',
  ],
  'This e-mail already has an account': ['Este e-mail já tem uma conta', 'Este correo ya tiene una cuenta'],
  'A workspace needs an owner': ['Um espaço precisa de um dono', 'Un espacio necesita un propietario'],
  'This person is a member already': ['Esta pessoa já é membro', 'Esta persona ya es miembro'],
  'The WhatsApp number is not connected': [
    'O número de WhatsApp não está conectado',
    'El número de WhatsApp no está conectado',
  ],
  'This message cannot be changed': ['Esta mensagem não pode ser alterada', 'Este mensaje no se puede cambiar'],
  'This Idempotency-Key was used for another request': [
    'Esta Idempotency-Key já foi usada em outra requisição',
    'Esta Idempotency-Key ya se usó en otra solicitud',
  ],
  'The first request with this Idempotency-Key is still running': [
    'A primeira requisição com esta Idempotency-Key ainda está em andamento',
    'La primera solicitud con esta Idempotency-Key sigue en curso',
  ],
  'This conflicts with what is stored': [
    'Isto conflita com o que já está guardado',
    'Esto entra en conflicto con lo que ya está guardado',
  ],
  'The body is too large': ['O corpo é grande demais', 'El cuerpo es demasiado grande'],
  'Send JSON': ['Envie JSON', 'Envíe JSON'],
  'This channel type is not built': ['Este tipo de canal ainda não existe', 'Este tipo de canal aún no existe'],
  'This number is not on WhatsApp': ['Este número não está no WhatsApp', 'Este número no está en WhatsApp'],
  'No configured provider serves this model': [
    'Nenhum provedor configurado oferece este modelo',
    'Ningún proveedor configurado ofrece este modelo',
  ],
  'Too many requests': ['Requisições demais', 'Demasiadas solicitudes'],
  'The headers are too large': ['Os cabeçalhos são grandes demais', 'Los encabezados son demasiado grandes'],
  'Something went wrong on our side': ['Algo deu errado do nosso lado', 'Algo salió mal de nuestro lado'],
  'Not built yet': ['Ainda não existe', 'Aún no existe'],
  'The WhatsApp gateway did not do it': [
    'O gateway do WhatsApp não conseguiu',
    'El gateway de WhatsApp no pudo hacerlo',
  ],
  'Temporarily unavailable': ['Temporariamente indisponível', 'No disponible temporalmente'],
  'The agent did not answer in time': ['O agente não respondeu a tempo', 'El agente no respondió a tiempo'],
  'This is the same contact; choose another one': [
    'Este é o mesmo contato; escolha outro',
    'Es el mismo contacto; elija otro',
  ],
  'A reply is being sent to this contact; try again in a minute': [
    'Uma resposta está sendo enviada a este contato; tente de novo em um minuto',
    'Se está enviando una respuesta a este contacto; inténtelo de nuevo en un minuto',
  ],
  'This merge was undone already': ['Esta junção já foi desfeita', 'Esta fusión ya se deshizo'],
  'Somebody deleted what was said in this chat.': [
    'Alguém apagou o que foi dito neste chat.',
    'Alguien borró lo dicho en este chat.',
  ],
  'The message was taken back before it left.': [
    'A mensagem foi retirada antes de sair.',
    'El mensaje se retiró antes de salir.',
  ],
  'The channel does not answer private chats.': [
    'O canal não responde a conversas privadas.',
    'El canal no responde a chats privados.',
  ],
  'Nobody in the group mentioned this number or answered one of its messages.': [
    'Ninguém no grupo mencionou este número nem respondeu a uma mensagem dele.',
    'Nadie en el grupo mencionó este número ni respondió a un mensaje suyo.',
  ],
  'The channel does not answer in groups.': ['O canal não responde em grupos.', 'El canal no responde en grupos.'],
  'There was nothing in it that could be answered.': [
    'Não havia nada que pudesse ser respondido.',
    'No había nada que se pudiera responder.',
  ],
  'The messages were old when they arrived.': [
    'As mensagens já eram antigas quando chegaram.',
    'Los mensajes ya eran antiguos cuando llegaron.',
  ],
  'The customer has not said the word that starts the agent.': [
    'O cliente não disse a palavra que inicia o agente.',
    'El cliente no ha dicho la palabra que inicia al agente.',
  ],
  'The customer ended the service with its word.': [
    'O cliente encerrou o atendimento com a palavra combinada.',
    'El cliente terminó el servicio con su palabra.',
  ],
  'The customer asked for a person.': ['O cliente pediu uma pessoa.', 'El cliente pidió una persona.'],
  'Another machine seems to write here, so a person was asked to look.': [
    'Outra máquina parece escrever aqui; pedimos que uma pessoa veja.',
    'Parece que aquí escribe otra máquina; se pidió que una persona lo vea.',
  ],
  'The agent has said as much in this chat today as it may.': [
    'O agente já falou hoje neste chat tudo o que podia.',
    'El agente ya dijo hoy en este chat todo lo que podía.',
  ],
  'It is outside working hours, and the customer was told.': [
    'Está fora do horário de atendimento, e o cliente foi avisado.',
    'Está fuera del horario de atención, y el cliente fue avisado.',
  ],
  'The customer wrote first, so there was no need to ask.': [
    'O cliente escreveu antes, e não foi preciso perguntar.',
    'El cliente escribió antes, y no hizo falta preguntar.',
  ],
  'The answer would have taken more than the agent may; the chat was handed to a person.': [
    'A resposta exigiria mais do que o agente pode; o chat foi passado a uma pessoa.',
    'La respuesta exigía más de lo que el agente puede; el chat pasó a una persona.',
  ],
  'Nobody knows whether the message arrived; look at the chat and send it again if it did not.': [
    'Ninguém sabe se a mensagem chegou; veja o chat e envie de novo se não chegou.',
    'Nadie sabe si el mensaje llegó; mire el chat y envíelo de nuevo si no llegó.',
  ],
  'A contact with this phone exists already; change that one': [
    'Já existe um contato com este telefone; altere aquele',
    'Ya existe un contacto con este teléfono; cambie ese',
  ],
  'An API key cannot do this; sign in as a person': [
    'Uma chave de API não pode fazer isso; entre como pessoa',
    'Una clave de API no puede hacer esto; inicie sesión como persona',
  ],
  'Another field of this workspace has this jsonName; choose another': [
    'Outro campo deste espaço já tem este jsonName; escolha outro',
    'Otro campo de este espacio ya tiene este jsonName; elija otro',
  ],
  'Ask for a new link: this one is used, too old or not ours': [
    'Peça um novo link: este já foi usado, venceu ou não é nosso',
    'Pida un enlace nuevo: este ya se usó, venció o no es nuestro',
  ],
  'Contacts have values in this field: archive it and create one of the new type': [
    'Há contatos com valores neste campo: arquive-o e crie outro com o novo tipo',
    'Hay contactos con valores en este campo: archívelo y cree otro del tipo nuevo',
  ],
  'Delete this agent’s channels first, or move them to another agent': [
    'Apague antes os canais deste agente, ou mova-os para outro agente',
    'Elimine antes los canales de este agente o muévalos a otro agente',
  ],
  'Link the phone of this channel first, then send again.': [
    'Conecte antes o telefone deste canal e envie de novo.',
    'Conecte antes el teléfono de este canal y envíe de nuevo.',
  ],
  'MCP servers are not built yet; define an intention that calls your address': [
    'Servidores MCP ainda não existem; defina uma intenção que chame o seu endereço',
    'Los servidores MCP aún no existen; defina una intención que llame a su dirección',
  ],
  'Only texts can be changed: delete this training and add it anew': [
    'Só textos podem ser alterados: apague este treinamento e adicione-o de novo',
    'Solo se pueden cambiar los textos: elimine este entrenamiento y agréguelo de nuevo',
  ],
  'Only the beginning of this body was kept: it cannot be taken in': [
    'Só o começo deste corpo foi guardado: ele não pode ser recebido',
    'Solo se guardó el comienzo de este cuerpo: no se puede recibir',
  ],
  'Send the text in "prompt".': ['Envie o texto em "prompt".', 'Envíe el texto en "prompt".'],
  'The agent could not answer; the chat was handed to a person.': [
    'O agente não conseguiu responder; a conversa foi passada a uma pessoa.',
    'El agente no pudo responder; la conversación pasó a una persona.',
  ],
  'The agent is still thinking; read the answer from the chat later.': [
    'O agente ainda está pensando; leia a resposta na conversa mais tarde.',
    'El agente sigue pensando; lea la respuesta en la conversación más tarde.',
  ],
  'The balance would fall below 0; take back less': [
    'O saldo ficaria abaixo de 0; retire menos',
    'El saldo quedaría por debajo de 0; retire menos',
  ],
  'The balance would pass its limit; grant less': [
    'O saldo passaria do limite; conceda menos',
    'El saldo superaría su límite; otorgue menos',
  ],
  'The channel this came to is gone': [
    'O canal a que isto chegou não existe mais',
    'El canal al que llegó esto ya no existe',
  ],
  'The database does not answer; try again in a moment': [
    'O banco de dados não responde; tente de novo em instantes',
    'La base de datos no responde; intente de nuevo en un momento',
  ],
  'The database does not answer.': ['O banco de dados não responde.', 'La base de datos no responde.'],
  'The database is being migrated.': ['O banco de dados está sendo migrado.', 'La base de datos se está migrando.'],
  'No worker has been seen lately; messages wait.': [
    'Nenhum worker foi visto ultimamente; as mensagens esperam.',
    'No se ha visto ningún worker últimamente; los mensajes esperan.',
  ],
  'The database refuses this event; the log says why': [
    'O banco de dados recusa este evento; o log diz o motivo',
    'La base de datos rechaza este evento; el registro dice por qué',
  ],
  'The gateway cannot look this number up; try again.': [
    'O gateway não consegue consultar este número; tente de novo.',
    'El gateway no puede consultar este número; intente de nuevo.',
  ],
  'The gateway did not do it; try again.': [
    'O gateway não conseguiu; tente de novo.',
    'El gateway no pudo hacerlo; intente de nuevo.',
  ],
  'The gateway has no code yet; ask again': [
    'O gateway ainda não tem um código; peça de novo',
    'El gateway aún no tiene un código; pídalo de nuevo',
  ],
  'The gateway has no code yet; in a moment the QR code comes with it': [
    'O gateway ainda não tem um código; em instantes ele vem com o QR code',
    'El gateway aún no tiene un código; en un momento llega con el código QR',
  ],
  'The message was not sent; check it and send it again.': [
    'A mensagem não foi enviada; confira e envie de novo.',
    'El mensaje no se envió; revíselo y envíelo de nuevo.',
  ],
  'This body still cannot be read; a newer version may': [
    'Este corpo ainda não pode ser lido; uma versão mais nova talvez consiga',
    'Este cuerpo aún no se puede leer; quizá una versión más nueva pueda',
  ],
  'This channel has no phone; use a WhatsApp channel.': [
    'Este canal não tem telefone; use um canal de WhatsApp.',
    'Este canal no tiene teléfono; use un canal de WhatsApp.',
  ],
  'This channel is built into its agent: it has no phone and cannot be moved or deleted': [
    'Este canal faz parte do agente: não tem telefone e não pode ser movido nem apagado',
    'Este canal es parte de su agente: no tiene teléfono y no se puede mover ni eliminar',
  ],
  'This invitation is not open for this e-mail; ask for a new one': [
    'Este convite não está aberto para este e-mail; peça outro',
    'Esta invitación no está abierta para este correo; pida otra',
  ],
  'This invitation is not valid any more, or it is for another address; ask for a new one': [
    'Este convite não vale mais, ou é para outro endereço; peça outro',
    'Esta invitación ya no es válida, o es para otra dirección; pida otra',
  ],
  'This is for the operators of this installation only': [
    'Isto é só para os operadores desta instalação',
    'Esto es solo para los operadores de esta instalación',
  ],
  'This page may not use the session; open the console at its own address': [
    'Esta página não pode usar a sessão; abra o console no endereço dele',
    'Esta página no puede usar la sesión; abra la consola en su propia dirección',
  ],
  'This sign-in did not begin in this browser, or is over; begin again': [
    'Este acesso não começou neste navegador, ou já terminou; comece de novo',
    'Este inicio de sesión no empezó en este navegador, o ya terminó; empiece de nuevo',
  ],
  'This sign-in is over; begin again': [
    'Este acesso já terminou; comece de novo',
    'Este inicio de sesión ya terminó; empiece de nuevo',
  ],
  'This webhook address or its secret is not valid.': [
    'Este endereço de webhook ou seu segredo não é válido.',
    'Esta dirección de webhook o su secreto no es válido.',
  ],
  'Too many attempts; wait before the next one': [
    'Tentativas demais; espere antes da próxima',
    'Demasiados intentos; espere antes del siguiente',
  ],
  'Transfer the workspace to another member first, or delete it': [
    'Transfira antes o espaço para outro membro, ou apague-o',
    'Transfiera antes el espacio a otro miembro o elimínelo',
  ],
  'Try again shortly.': ['Tente de novo em instantes.', 'Intente de nuevo en un momento.'],
  'Use a new Idempotency-Key for another request': [
    'Use uma nova Idempotency-Key para outra requisição',
    'Use una Idempotency-Key nueva para otra solicitud',
  ],
  'WhatsApp does not allow it for this message any more.': [
    'O WhatsApp não permite mais isso para esta mensagem.',
    'WhatsApp ya no lo permite para este mensaje.',
  ],
  'WhatsApp does not know this number; check it.': [
    'O WhatsApp não conhece este número; confira-o.',
    'WhatsApp no conoce este número; revíselo.',
  ],
  'Widget channels are not built yet; connect a WhatsApp number instead': [
    'Canais de widget ainda não existem; conecte um número de WhatsApp',
    'Los canales de widget aún no existen; conecte un número de WhatsApp',
  ],
  'The WhatsApp gateway does not answer; check EVOLUTION_API_URL and that it runs, then try again': [
    'O gateway do WhatsApp não responde; confira EVOLUTION_API_URL e se ele está no ar, e tente de novo',
    'El gateway de WhatsApp no responde; revise EVOLUTION_API_URL y que esté en marcha, e intente de nuevo',
  ],
  'The WhatsApp gateway refuses our key; check EVOLUTION_API_KEY': [
    'O gateway do WhatsApp recusa a nossa chave; confira EVOLUTION_API_KEY',
    'El gateway de WhatsApp rechaza nuestra clave; revise EVOLUTION_API_KEY',
  ],
  'The WhatsApp gateway does not know this channel’s instance': [
    'O gateway do WhatsApp não conhece a instância deste canal',
    'El gateway de WhatsApp no conoce la instancia de este canal',
  ],
  'The WhatsApp gateway already has an instance of this name': [
    'O gateway do WhatsApp já tem uma instância com este nome',
    'El gateway de WhatsApp ya tiene una instancia con este nombre',
  ],
  'The WhatsApp gateway refused the request; its log and ours say why': [
    'O gateway do WhatsApp recusou a requisição; o log dele e o nosso dizem o motivo',
    'El gateway de WhatsApp rechazó la solicitud; su registro y el nuestro dicen por qué',
  ],
  'The WhatsApp gateway answered more than is read': [
    'O gateway do WhatsApp respondeu mais do que se lê',
    'El gateway de WhatsApp respondió más de lo que se lee',
  ],
  'The WhatsApp gateway failed; try again, and see its log if it keeps failing': [
    'O gateway do WhatsApp falhou; tente de novo e veja o log dele se continuar falhando',
    'El gateway de WhatsApp falló; intente de nuevo y vea su registro si sigue fallando',
  ],
  'The WhatsApp gateway has no activated licence; activate it and try again': [
    'O gateway do WhatsApp não tem licença ativada; ative-a e tente de novo',
    'El gateway de WhatsApp no tiene una licencia activada; actívela e intente de nuevo',
  ],
  'belongs to a document': ['pertence a um documento', 'pertenece a un documento'],
  'cannot be changed': ['não pode ser alterado', 'no se puede cambiar'],
  'create an agent first: a channel belongs to one': [
    'crie antes um agente: um canal pertence a um',
    'cree antes un agente: un canal pertenece a uno',
  ],
  'has a placeholder that is not written as {{field}}': [
    'tem um marcador que não está escrito como {{campo}}',
    'tiene un marcador que no está escrito como {{campo}}',
  ],
  'is a day that is listed already': ['é um dia que já está na lista', 'es un día que ya está en la lista'],
  'is a header that we write ourselves': [
    'é um cabeçalho que nós mesmos escrevemos',
    'es un encabezado que escribimos nosotros',
  ],
  'is needed with a day': ['é necessário com um dia', 'es necesario con un día'],
  'is needed with a month': ['é necessário com um mês', 'es necesario con un mes'],
  'is needed with an address': ['é necessário com um endereço', 'es necesario con una dirección'],
  'is needed: name the address to call': [
    'é necessário: informe o endereço a chamar',
    'es necesario: indique la dirección que se llama',
  ],
  'is needed: name the agent that takes over': [
    'é necessário: informe o agente que assume',
    'es necesario: indique el agente que continúa',
  ],
  'is not a cursor of this list': ['não é um cursor desta lista', 'no es un cursor de esta lista'],
  'is not a day of this month': ['não é um dia deste mês', 'no es un día de este mes'],
  'is not a field of this request': ['não é um campo desta requisição', 'no es un campo de esta solicitud'],
  'is not a field of this workspace, or archived': [
    'não é um campo deste espaço, ou está arquivado',
    'no es un campo de este espacio, o está archivado',
  ],
  'is not a phone number (for instance 5531988887777)': [
    'não é um número de telefone (por exemplo 5531988887777)',
    'no es un número de teléfono (por ejemplo 5531988887777)',
  ],
  'is not a phone number with its country code, such as +55 81 99999-0000': [
    'não é um número de telefone com código do país, como +55 81 99999-0000',
    'no es un número de teléfono con código de país, como +55 81 99999-0000',
  ],
  'is not a time zone (for instance America/Sao_Paulo)': [
    'não é um fuso horário (por exemplo America/Sao_Paulo)',
    'no es una zona horaria (por ejemplo America/Sao_Paulo)',
  ],
  'is not an address such as https://example.com/path': [
    'não é um endereço como https://example.com/path',
    'no es una dirección como https://example.com/path',
  ],
  'is not the name of a header': ['não é o nome de um cabeçalho', 'no es el nombre de un encabezado'],
  'is not the password of this account': ['não é a senha desta conta', 'no es la contraseña de esta cuenta'],
  'is only a mask, and no value is stored under this name': [
    'é só uma máscara, e não há valor guardado com este nome',
    'es solo una máscara, y no hay un valor guardado con este nombre',
  ],
  'is required': ['é obrigatório', 'es obligatorio'],
  'is required unless a file is sent': [
    'é obrigatório, a menos que se envie um arquivo',
    'es obligatorio, salvo que se envíe un archivo',
  ],
  'is used twice': ['está repetido', 'está repetido'],
  'may hold placeholders after its host only': [
    'só pode ter marcadores depois do host',
    'solo puede tener marcadores después del host',
  ],
  'must be 1 to 255 visible characters': [
    'deve ter de 1 a 255 caracteres visíveis',
    'debe tener de 1 a 255 caracteres visibles',
  ],
  'must be 1970 or later': ['deve ser de 1970 em diante', 'debe ser de 1970 en adelante'],
  'must be a JSON Schema of type "object"': [
    'deve ser um JSON Schema do tipo "object"',
    'debe ser un JSON Schema de tipo "object"',
  ],
  'must be a day: milliseconds since 1970 (UTC), or "2026-11-25"': [
    'deve ser um dia: milissegundos desde 1970 (UTC), ou "2026-11-25"',
    'debe ser un día: milisegundos desde 1970 (UTC), o "2026-11-25"',
  ],
  'must be a number': ['deve ser um número', 'debe ser un número'],
  'must be a public address': ['deve ser um endereço público', 'debe ser una dirección pública'],
  'must be a public name': ['deve ser um nome público', 'debe ser un nombre público'],
  'must be a text of at most 4096 characters': [
    'deve ser um texto de até 4096 caracteres',
    'debe ser un texto de hasta 4096 caracteres',
  ],
  'must be a time such as 08:00': ['deve ser uma hora como 08:00', 'debe ser una hora como 08:00'],
  'must be an amount in whole currency units with at most 4 decimals, such as "1234.50"': [
    'deve ser um valor em unidades da moeda com até 4 casas decimais, como "1234.50"',
    'debe ser un importe en unidades de la moneda con hasta 4 decimales, como "1234.50"',
  ],
  'must be an https:// address; files inside the request are not taken': [
    'deve ser um endereço https://; arquivos dentro da requisição não são aceitos',
    'debe ser una dirección https://; no se aceptan archivos dentro de la solicitud',
  ],
  'must be an identifier such as orderNumber, at most 64 characters': [
    'deve ser um identificador como orderNumber, com até 64 caracteres',
    'debe ser un identificador como orderNumber, de hasta 64 caracteres',
  ],
  'must be an instant: milliseconds since 1970, or "2026-11-25T14:30:00Z"': [
    'deve ser um instante: milissegundos desde 1970, ou "2026-11-25T14:30:00Z"',
    'debe ser un instante: milisegundos desde 1970, o "2026-11-25T14:30:00Z"',
  ],
  'must be another agent: this one is where the chat is already': [
    'deve ser outro agente: a conversa já está com este',
    'debe ser otro agente: la conversación ya está con este',
  ],
  'must be another member: you own this workspace already': [
    'deve ser outro membro: você já é o dono deste espaço',
    'debe ser otro miembro: usted ya es propietario de este espacio',
  ],
  'must be before the year 2100': ['deve ser antes do ano 2100', 'debe ser antes del año 2100'],
  'must be in the future': ['deve estar no futuro', 'debe estar en el futuro'],
  'must be later than the start': ['deve ser depois do início', 'debe ser posterior al inicio'],
  'must be milliseconds since 1970 (UTC), or "1990-05-17"': [
    'deve ser em milissegundos desde 1970 (UTC), ou "1990-05-17"',
    'debe ser en milisegundos desde 1970 (UTC), o "1990-05-17"',
  ],
  'must be one line of Latin-1 text': [
    'deve ser uma linha de texto em Latin-1',
    'debe ser una línea de texto en Latin-1',
  ],
  'must be the agent of the path': ['deve ser o agente do caminho', 'debe ser el agente de la ruta'],
  'must be true or false': ['deve ser true ou false', 'debe ser true o false'],
  'must begin with https:// or http://': [
    'deve começar com https:// ou http://',
    'debe empezar con https:// o http://',
  ],
  'must name other intentions than this one': [
    'deve nomear outras intenções, não esta',
    'debe nombrar otras intenciones, no esta',
  ],
  'must not be 0': ['não pode ser 0', 'no puede ser 0'],
  'must not be longer than 64 kB': ['não pode passar de 64 kB', 'no puede superar 64 kB'],
  'must not hold a user or password': ['não pode conter usuário ou senha', 'no puede contener usuario ni contraseña'],
  'must repeat the name of the workspace': ['deve repetir o nome do espaço', 'debe repetir el nombre del espacio'],
  'must say what to write to the customer': [
    'deve dizer o que escrever ao cliente',
    'debe decir qué escribir al cliente',
  ],
  'must use port 80 or 443': ['deve usar a porta 80 ou 443', 'debe usar el puerto 80 o 443'],
  'name the agent this channel belongs to: the workspace has several': [
    'informe o agente deste canal: o espaço tem vários',
    'indique el agente de este canal: el espacio tiene varios',
  ],
  'overlaps with other hours of this day': [
    'coincide com outro horário deste dia',
    'coincide con otro horario de este día',
  ],
  'takes letters, digits and _, and begins with no digit': [
    'aceita letras, dígitos e _, e não começa com dígito',
    'acepta letras, dígitos y _, y no empieza con un dígito',
  ],
  'Only what your side wrote can be edited.': [
    'Só o que o seu lado escreveu pode ser editado.',
    'Solo se puede editar lo que escribió su lado.',
  ],
  'This message was taken back; write a new one.': [
    'Esta mensagem foi apagada; escreva outra.',
    'Este mensaje se eliminó; escriba otro.',
  ],
  'Only a text or a caption can be edited.': [
    'Só um texto ou uma legenda pode ser editado.',
    'Solo se puede editar un texto o una leyenda.',
  ],
  'This message has not been sent; only a sent one can be edited.': [
    'Esta mensagem não foi enviada; só uma enviada pode ser editada.',
    'Este mensaje no se ha enviado; solo se puede editar uno enviado.',
  ],
  'WhatsApp allows edits for 15 minutes; write a new message.': [
    'O WhatsApp permite edições por 15 minutos; escreva uma nova mensagem.',
    'WhatsApp permite ediciones durante 15 minutos; escriba un mensaje nuevo.',
  ],
  'Only what your side wrote can be deleted for everyone.': [
    'Só o que o seu lado escreveu pode ser apagado para todos.',
    'Solo se puede eliminar para todos lo que escribió su lado.',
  ],
  'Messages from this number do not arrive; new conversations wait.': [
    'As mensagens deste número não estão chegando; novas conversas esperam.',
    'Los mensajes de este número no están llegando; las conversaciones nuevas esperan.',
  ],
  'This number has begun as many conversations today as its age allows; more would get it restricted.': [
    'Este número já iniciou hoje tantas conversas quanto a sua idade permite; mais que isso o deixaria restrito.',
    'Este número ya inició hoy tantas conversaciones como permite su antigüedad; con más quedaría restringido.',
  ],
  'The number is connected, but its messages do not reach us; we are reconnecting it.': [
    'O número está conectado, mas as mensagens dele não chegam até nós; estamos reconectando.',
    'El número está conectado, pero sus mensajes no nos llegan; lo estamos reconectando.',
  ],
  'The number is connected.': ['O número está conectado.', 'El número está conectado.'],
  'Scan the QR code with the phone to connect this number.': [
    'Leia o QR code com o celular para conectar este número.',
    'Escanee el código QR con el teléfono para conectar este número.',
  ],
  'The number is connecting. If a QR code shows, scan it with the phone.': [
    'O número está conectando. Se aparecer um QR code, leia com o celular.',
    'El número se está conectando. Si aparece un código QR, escanéelo con el teléfono.',
  ],
  'Nobody scanned the code in time. Ask for a new QR code.': [
    'Ninguém leu o código a tempo. Peça um novo QR code.',
    'Nadie escaneó el código a tiempo. Pida un código QR nuevo.',
  ],
  'The phone logged this connection out. Scan a new QR code to connect again.': [
    'O celular encerrou esta conexão. Leia um novo QR code para conectar de novo.',
    'El teléfono cerró esta conexión. Escanee un código QR nuevo para conectar otra vez.',
  ],
  'WhatsApp has blocked this number. Open WhatsApp on the phone to ask for a review; do not reconnect meanwhile.': [
    'O WhatsApp bloqueou este número. Abra o WhatsApp no celular e peça uma análise; não reconecte enquanto isso.',
    'WhatsApp bloqueó este número. Abra WhatsApp en el teléfono y pida una revisión; no reconecte mientras tanto.',
  ],
  'WhatsApp does not accept this number at present. Open WhatsApp on the phone and see what it says.': [
    'O WhatsApp não está aceitando este número. Abra o WhatsApp no celular e veja o que ele diz.',
    'WhatsApp no acepta este número por ahora. Abra WhatsApp en el teléfono y vea qué dice.',
  ],
  'Another program took over this connection. Close it there, then reconnect.': [
    'Outro programa assumiu esta conexão. Feche-a lá e depois reconecte.',
    'Otro programa tomó esta conexión. Ciérrela allí y luego reconecte.',
  ],
  'The connection dropped and we are trying again. Check that the phone is on and online.': [
    'A conexão caiu e estamos tentando de novo. Veja se o celular está ligado e com internet.',
    'La conexión se cayó y lo estamos intentando de nuevo. Vea que el teléfono esté encendido y con internet.',
  ],
  'The number is not connected. Reconnect it, or scan a new QR code.': [
    'O número não está conectado. Reconecte, ou leia um novo QR code.',
    'El número no está conectado. Reconéctelo o escanee un código QR nuevo.',
  ],
  'Only a message whose delivery is unknown can be sent again.': [
    'Só uma mensagem com entrega desconhecida pode ser enviada de novo.',
    'Solo se puede reenviar un mensaje cuya entrega se desconoce.',
  ],
  'This message has not been sent; there is nothing to take back.': [
    'Esta mensagem não foi enviada; não há o que apagar.',
    'Este mensaje no se ha enviado; no hay nada que eliminar.',
  ],
  'A person has this chat, so the agent stays silent.': [
    'Uma pessoa está com este chat, então o agente fica em silêncio.',
    'Una persona tiene este chat, así que el agente guarda silencio.',
  ],
  'The agent is switched off.': ['O agente está desligado.', 'El agente está apagado.'],
  'What the customer had written was deleted.': [
    'O que o cliente tinha escrito foi apagado.',
    'Lo que el cliente había escrito fue eliminado.',
  ],
  'The workspace is suspended.': ['O espaço está suspenso.', 'El espacio está suspendido.'],
  'The workspace is deleted.': ['O espaço foi excluído.', 'El espacio fue eliminado.'],
  'The chat or its agent was deleted meanwhile.': [
    'O chat ou o seu agente foi excluído nesse meio-tempo.',
    'El chat o su agente fue eliminado mientras tanto.',
  ],
  'The model gave an empty answer; the chat was handed to a person.': [
    'O modelo deu uma resposta vazia; o chat foi passado a uma pessoa.',
    'El modelo dio una respuesta vacía; el chat pasó a una persona.',
  ],
  'Something went wrong inside the engine; the chat was handed to a person.': [
    'Algo deu errado dentro do motor; o chat foi passado a uma pessoa.',
    'Algo salió mal dentro del motor; el chat pasó a una persona.',
  ],
  'The model could not be used; the chat was handed to a person.': [
    'Não foi possível usar o modelo; o chat foi passado a uma pessoa.',
    'No se pudo usar el modelo; el chat pasó a una persona.',
  ],
  'The message could not be sent.': ['Não foi possível enviar a mensagem.', 'No se pudo enviar el mensaje.'],
};

/** The sentence in a language; in English where nobody has translated it. */
export function translate(sentence: string, language: Language): string {
  if (language === 'en' || !Object.hasOwn(SENTENCES, sentence)) return sentence;
  return SENTENCES[sentence]![language === 'pt' ? 0 : 1];
}

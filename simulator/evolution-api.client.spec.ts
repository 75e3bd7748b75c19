import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EvolutionApiClient } from '../src/evolution-api/evolution-api.client.js';
import { type EvolutionGateway, type Phone, startEvolutionGateway } from './evolution-gateway.js';

describe('the product’s client and this stand-in', () => {
  const url = 'https://cdn.example.com/pasta/boleto.pdf';
  let gateway: EvolutionGateway;
  let client: EvolutionApiClient;
  let phone: Phone;
  beforeEach(async () => {
    gateway = await startEvolutionGateway({ apiKey: 'k', ackDelayMs: 1 });
    client = new EvolutionApiClient({ url: gateway.url, apiKey: 'k' });
    await client.createInstance({
      instanceName: 'shop',
      webhookUrl: 'http://127.0.0.1:9/nobody',
      webhookSecretHeader: { name: 'x-secret', value: 's' },
      settings: { rejectCall: false, msgCall: '', groupsIgnore: true },
    });
    await gateway.scan('shop', { number: '558133330000' });
    phone = gateway.phone('shop', { number: '5531988887777', name: 'Ana' });
  });
  afterEach(async () => {
    await client.onApplicationShutdown();
    await gateway.close();
  });

  const sent = { class: 'sent', providerId: expect.any(String), remoteJid: '553188887777@s.whatsapp.net' };

  it('sends files with name, caption and quote', async () => {
    const quotedId = phone.say('manda o boleto');
    const file = { address: phone.jid, kind: 'DOCUMENT', url, fileName: 'boleto.pdf', caption: 'segue' } as const;
    expect(await client.sendMedia('shop', { ...file, quotedId })).toEqual(sent);
    expect(await client.sendMedia('shop', { ...file, kind: 'IMAGE', caption: '' })).toEqual(sent);
    expect(await client.sendVoice('shop', { address: phone.jid, url })).toEqual(sent);
    expect(await client.sendText('shop', { address: phone.jid, text: 'certo?', quotedId })).toEqual(sent);
    const media = { url, fileName: 'boleto.pdf', mimetype: 'application/pdf' };
    expect(phone.received).toMatchObject([
      { type: 'documentMessage', text: 'segue', media, quotedId },
      { type: 'imageMessage', text: 'boleto.pdf' },
      { type: 'audioMessage', media: { url } },
      { text: 'certo?', quotedId },
    ]);
  });

  it('is told of an address the gateway cannot fetch', async () => {
    const file = { address: phone.jid, kind: 'DOCUMENT', url: 'http://minio:9000/a.pdf', fileName: 'a.pdf' } as const;
    expect(await client.sendMedia('shop', file)).toMatchObject({ class: 'failed' });
    expect(await client.sendVoice('shop', { address: phone.jid, url: 'data:audio/ogg;base64,AA' })).toMatchObject({
      class: 'failed',
    });
  });

  it('asks who is on WhatsApp', async () => {
    expect(await client.whatsappNumbers('shop', ['5531988887777', '5531900000404'])).toEqual([
      { jid: '553188887777@s.whatsapp.net', exists: true },
      { jid: '5531900000404@s.whatsapp.net', exists: false },
    ]);
  });

  it('edits and takes back what it sent, under the address the gateway stored', async () => {
    const send = await client.sendText('shop', { address: phone.jid, text: 'olá' });
    const key = { remoteJid: phone.jid, providerId: (send as { providerId: string }).providerId };
    await client.updateMessage('shop', { ...key, text: 'olá!' });
    await expect(client.updateMessage('shop', { ...key, remoteJid: '2045988@lid', text: 'x' })).rejects.toMatchObject({
      kind: 'refused',
      text: 'RemoteJid does not match',
    });
    await client.deleteMessageForEveryone('shop', key);
    expect(phone.received).toMatchObject([{ text: 'olá!', edited: true, deleted: true }]);
  });

  it('marks what a customer wrote as read', async () => {
    const providerId = phone.say('oi');
    await client.markMessageAsRead('shop', [{ remoteJid: phone.jid, providerId }]);
    expect(phone.transcript[0]).toMatchObject({ status: 'READ' });
  });
});

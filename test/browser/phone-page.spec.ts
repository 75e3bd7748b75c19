import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/test-app.js';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const HOSTILE = '<img src=x onerror="document.title=\'owned\'"> <script>document.title="owned"</script>';

let app: TestApp;
let browser: Browser;
beforeAll(async () => {
  app = await startTestApp();
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  });
});
afterAll(async () => {
  await browser?.close();
  await app?.close();
});

/** The page at one width, with everything the browser complained about. */
async function open(width: number): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage({ viewport: { width, height: 844 }, locale: 'pt-BR' });
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(`${app.url}/simulator`);
  return { page, complaints };
}

describe.skipIf(!CHROMIUM)('the phone page', () => {
  it.each([{ width: 1280 }, { width: 390 }])(
    'takes a newcomer from nothing to an answer with ticks at $width px',
    async ({ width }) => {
      const { page, complaints } = await open(width);
      await page.locator('#sign-in').getByLabel('Nome').fill('Ana');
      await page.getByLabel('E-mail').fill(`ana${width}@example.com`);
      await page.getByLabel(/Senha/).fill('correct horse battery');
      await page.getByRole('button', { name: 'Criar conta' }).click();
      await page.getByRole('button', { name: 'Criar agente de demonstração' }).click();
      await page.getByText('conectado', { exact: true }).waitFor();
      await page.getByLabel('Mensagem').fill('quanto custa o bolo de cenoura?');
      await page.keyboard.press('Enter');
      await page.locator('#bubbles li.mine').waitFor();
      await page.locator('#bubbles li', { hasText: 'O bolo de cenoura custa 60 reais.' }).waitFor({ timeout: 30_000 });
      await page.getByText('✓✓ lida').first().waitFor();

      await page.getByLabel('Mensagem').fill(HOSTILE);
      await page.keyboard.press('Enter');
      await page.locator('#bubbles li.mine', { hasText: 'onerror' }).waitFor();
      expect(await page.title()).toBe('Tawkee · Celular simulado');
      expect(await page.locator('#bubbles img, #bubbles script').count()).toBe(0);

      const overflow = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
      expect(overflow).toBeLessThanOrEqual(0);
      expect(complaints).toEqual([]);
      await page.close();
    },
  );

  it('shows nothing of a shop to a stranger, and says what to do about a wrong password', async () => {
    const { page } = await open(390);
    await page.getByLabel('E-mail').fill('nobody@example.com');
    await page.getByLabel(/Senha/).fill('not the password');
    await page.getByRole('button', { name: 'Entrar' }).click();
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').textContent()).not.toBe('');
    expect(await page.locator('#desk').isVisible()).toBe(false);
    await page.close();
  });
});

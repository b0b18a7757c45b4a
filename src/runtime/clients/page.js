// What a newcomer does with the page, done in Chromium. Usage: node page.js URL, with the user in USERNAME and PASSWORD; see page.sh.
const { execFileSync } = require('node:child_process');
const assert = require('node:assert/strict');
const { join } = require('node:path');
const { launch } = require('puppeteer-core');

const base = process.argv[2];
const { CHROMIUM, PICTURES, USERNAME, PASSWORD } = process.env;
const FORMATS = ['JSON', 'OK Tech REST, json', 'OK Tech REST, php', 'OK Tech REST, xml', 'OK Tech REST, dump', 'SOAP'];

// Operations with arguments by name, and a text that is in the answer in every format. What changes the school is tried in one.
const TRIED = [
    { operation: 'get_users', args: { userids: ['student', 'nobody'], idfield: 'username' }, says: 'student@school.example' },
    { operation: 'get_roles', args: {}, says: 'editingteacher' },
    { operation: 'get_my_id', args: {}, says: '2' },
    { operation: 'get_course', args: { info: 'C-MATH1', idfield: 'idnumber' }, says: 'Numbers and Shapes' },
    { operation: 'get_forum_posts', args: { discussionid: '1', limit: '10' }, says: 'Welcome' },
    { operation: 'get_user_byid', args: { userinfo: '999' }, says: 'no match found for id = 999' },
    { operation: 'delete_user', args: { userid: 'nobody', useridfield: 'idnumber' }, says: 'user idnumber=nobody unknown.', fails: true },
    { operation: 'has_role_incourse', args: { userid: '9', useridfield: 'id', courseid: '2', courseidfield: 'id', roleid: '5' }, says: /true|1/ },
    { operation: 'edit_users', args: { users: [{ action: 'get', id: '9' }] }, says: 'student@school.example' },
];

/** A page of a size, whose errors and requests are noted. */
async function opened(browser, width, height, noted) {
    const page = await browser.newPage();
    await page.setViewport({ width, height, isMobile: width < 500, hasTouch: width < 500 });
    page.on('pageerror', (why) => noted.errors.push(why.message));
    // That an answer has a status of failure is noted by the browser, and is no error of the page.
    page.on('console', (line) => line.type() === 'error' && !/responded with a status/.test(line.text()) && noted.errors.push(line.text()));
    page.on('request', (request) => /^(data:|$)/.test(request.url().slice(0, 5)) || request.url().startsWith(base) || noted.foreign.push(request.url()));
    await page.goto(base, { waitUntil: 'networkidle0' });
    return page;
}

const picture = (page, name) => (PICTURES ? page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true }) : null);

async function choose(page, operation) {
    await page.type('#search', operation);
    await page.evaluate((name) => [...document.querySelectorAll('#operations a')].find((link) => link.textContent === name).click(), operation);
    await page.waitForFunction((name) => document.querySelector('main h2')?.textContent === name, {}, operation);
    await page.$eval('#search', (input) => {
        input.value = '';
        input.dispatchEvent(new Event('input'));
    });
}

/** Fills in fields; a list gets an item for each value, as a person adds them. */
async function fill(page, args) {
    await page.evaluate((given) => {
        const row = (around, name) => [...around.querySelectorAll('.field')].find((field) => field.querySelector('label code').textContent === name);
        const set = (around, value) => {
            if (Array.isArray(value)) {
                for (const item of value) {
                    [...around.querySelectorAll('button')].find((button) => button.textContent === 'add one').click();
                    set([...around.querySelectorAll('.row')].at(-1), item);
                }
            } else if (typeof value === 'object') {
                Object.entries(value).forEach(([name, inside]) => set(row(around, name), inside));
            } else {
                around.querySelector('input, select').value = value;
            }
        };
        Object.entries(given).forEach(([name, value]) => set(row(document.querySelector('form'), name), value));
    }, args);
}

/** What the page shows of a call: its first line, the answer, the line for curl. */
async function attempt(page, format) {
    await page.select('#protocol', format);
    await page.$eval('#result', (result) => result.replaceChildren());
    await page.click('#try');
    await page.waitForSelector('#curl, #result .bad', { timeout: 10_000 });
    return page.evaluate(() => ['#result p', '#answer', '#curl'].map((place) => document.querySelector(place)?.textContent ?? ''));
}

/** What a line for curl prints, as a shell runs it. */
const run = (line) => execFileSync('sh', ['-c', `${line.replace('wspassword=...', `wspassword=${PASSWORD}`)} -s`], { encoding: 'utf8' });

const plain = (text) => text.replace(/\s+/g, '');

async function main() {
    const browser = await launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
    const noted = { errors: [], foreign: [] };
    const page = await opened(browser, 1280, 900, noted);
    const listed = await page.$$eval('#operations a', (links) => links.length);
    assert.equal(await page.$eval('#count', (count) => count.textContent), `${listed} of ${listed} operations`);
    await picture(page, 'home');
    let calls = 0;
    for (const { operation, args, says, fails } of TRIED) {
        await choose(page, operation);
        if (calls === 0) {
            await page.type('#user', USERNAME);
            await page.type('#password', PASSWORD);
        }
        await fill(page, args);
        for (const format of FORMATS) {
            const [line, answer, curl] = await attempt(page, format);
            const expected = fails && !format.startsWith('OK Tech') ? /^status (4|5)\d\d/ : /^status 200/;
            assert.match(line, expected, `${operation}, ${format}: ${line}`);
            assert.ok(says instanceof RegExp ? says.test(answer) : answer.includes(says), `${operation}, ${format}: ${answer}`);
            assert.ok(!curl.includes(PASSWORD), `${operation}, ${format}: the line for curl shows the password`);
            assert.equal(plain(run(curl)), plain(answer), `${operation}, ${format}: ${curl}`);
            calls += 1;
        }
        await picture(page, operation);
    }
    const phone = await opened(browser, 390, 844, noted);
    for (const operation of ['edit_users', 'get_forum_posts']) {
        await choose(phone, operation);
        const [width, shown] = await phone.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
        assert.ok(width <= shown, `${operation} is ${width} wide on a screen of ${shown}`);
        await picture(phone, `phone-${operation}`);
    }
    await browser.close();
    assert.deepEqual(noted, { errors: [], foreign: [] });
    console.log(`${listed} operations are listed; ${calls} calls in ${FORMATS.length} formats are answered, and by curl as shown; no error, nothing from elsewhere`);
}

main().catch((why) => {
    console.error(why.message ?? why);
    process.exit(1);
});

// A player of calls: node-soap, with a WSDL in document/literal. Usage: node play.js PLAN; see play.py for the plan and the results.
const { readFileSync } = require('node:fs');
const soap = require('soap');

const plan = JSON.parse(readFileSync(process.argv[2], 'utf8'));
let sessions = new Map();

/** A failure that the service reports. */
class Failure extends Error {}

async function invoke(client, operation, args, basic) {
    client.setSecurity(basic ? new soap.BasicAuthSecurity(...basic) : null);
    try {
        const [answer] = await client[`${operation}Async`](args);
        return answer?.return ?? null;
    } catch (why) {
        const fault = why.root?.Envelope?.Body?.Fault;
        throw fault ? new Failure(fault.faultstring) : why;
    }
}

/** The session of a user, which a login opens when it is first asked for. */
async function session(client, user) {
    if (!sessions.has(user)) {
        sessions.set(user, await invoke(client, 'login', { username: user, password: plan.password }, null));
    }
    return sessions.get(user);
}

/** A value as node-soap takes it: an array stands in elements called `item`. */
async function value(client, given) {
    if (Array.isArray(given)) {
        return { item: await Promise.all(given.map((item) => value(client, item))) };
    }
    if (given?.$client) {
        return (await session(client, given.$client)).client;
    }
    if (given?.$key) {
        return (await session(client, given.$key)).sessionkey;
    }
    return given !== null && typeof given === 'object' ? await object(client, Object.entries(given)) : given;
}

async function object(client, entries) {
    const fields = {};
    for (const [name, field] of entries) {
        fields[name] = await value(client, field);
    }
    return fields;
}

async function play(client, call) {
    try {
        return { answer: await invoke(client, call.operation, await object(client, call.parts), call.basic) };
    } catch (why) {
        return why instanceof Failure ? { fault: why.message } : { broken: String(why) };
    }
}

async function main() {
    const client = await soap.createClientAsync(plan.wsdl, { endpoint: plan.address, preserveWhitespace: true });
    for (const call of plan.calls) {
        if (call.reset) {
            await fetch(plan.control);
            sessions = new Map();
        }
        console.log(JSON.stringify({ id: call.id, ...await play(client, call) }));
    }
}

main();

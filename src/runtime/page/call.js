// How each protocol spells a call. Every function gives { method, path, headers, body }; nothing here touches the page.
'use strict';

const FORM = 'application/x-www-form-urlencoded';
const ENVELOPE = 'http://schemas.xmlsoap.org/soap/envelope/';

const basic = who => 'Basic ' + btoa(String.fromCharCode(...new TextEncoder().encode(who)));

/** The header that says who calls: a token, or user name and password. */
function authorization(who) {
  if (who.token) return { Authorization: 'Bearer ' + who.token };
  return who.user ? { Authorization: basic(who.user + ':' + who.password) } : {};
}

/** Fields of a form in PHP's bracket syntax. */
function brackets(name, value, out) {
  if (value === null || value === undefined) return;
  if (Array.isArray(value)) value.forEach((item, at) => brackets(`${name}[${at}]`, item, out));
  else if (typeof value === 'object') Object.entries(value).forEach(([key, item]) => brackets(`${name}[${key}]`, item, out));
  else out.push([name, value === true ? '1' : value === false ? '0' : String(value)]);
}

function form(fields, args) {
  const out = Object.entries(fields).filter(([, value]) => value !== '');
  Object.entries(args).forEach(([name, value]) => brackets(name, value, out));
  return new URLSearchParams(out).toString();
}

const escapeXml = text => String(text).replace(/[&<>"]/g, ch => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[ch]);

/** A value as an element of document/literal SOAP, by the wire types of the endpoint. */
function element(soap, name, type, value) {
  if (value === undefined) return '';
  if (value === null) return `<${name} xsi:nil="true"/>`;
  if (type.xsd !== undefined) return `<${name}>${escapeXml(value)}</${name}>`;
  const wire = soap.types[type.named] || {};
  if (wire.list) return `<${name}>${[].concat(value).map(item => element(soap, 'item', wire.list.item, item)).join('')}</${name}>`;
  const fields = wire.record ? wire.record.fields : [];
  return `<${name}>${fields.map(field => element(soap, field.name, field.type, field.group ? value : value[field.key || field.name])).join('')}</${name}>`;
}

function envelope(soap, operation, args) {
  const found = Object.entries(soap.operations).find(([, op]) => op.operation === operation);
  if (!found) return null;
  const [name, op] = found;
  const parts = op.parts.map(part => {
    if (part.carries === 'group') return element(soap, part.name, part.type, args);
    return part.carries.param === undefined ? '' : element(soap, part.name, part.type, args[part.carries.param]);
  });
  const [space, action] = soap.filled;
  const body = `<soap:Envelope xmlns:soap="${ENVELOPE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">`
    + `<soap:Body><${name} xmlns="${escapeXml(space)}">${parts.join('')}</${name}></soap:Body></soap:Envelope>`;
  return { name, action: action.replace('{operation}', name), body };
}

/** The protocols that a service has: what they are called, and how they spell a call. */
function protocols(description) {
  const service = description.service.shortname;
  const out = [['JSON', (op, args, who) => ({
    method: 'POST', path: `/api/${service}/${op}`, headers: { 'Content-Type': 'application/json', ...authorization(who) }, body: JSON.stringify(args),
  })]];
  if (description.service.convention === 'moodle') {
    for (const format of ['json', 'xml']) out.push([`Moodle REST, ${format}`, (op, args, who) => ({
      method: 'POST', path: '/webservice/rest/server.php', headers: { 'Content-Type': FORM, ...authorization(who) },
      body: form({ wsfunction: op, moodlewsrestformat: format }, args),
    })]);
  } else {
    for (const format of ['json', 'php', 'xml', 'dump']) out.push([`OK Tech REST, ${format}`, (op, args, who) => ({
      method: 'POST', path: '/wspp/service_pp2.php', headers: { 'Content-Type': FORM },
      body: form({ wsfunction: op, wsformatout: format, wsusername: who.user, wspassword: who.password }, args),
    })]);
  }
  if (description.soap) out.push(['SOAP', (op, args, who) => {
    const call = envelope(description.soap, op, args);
    return call && {
      method: 'POST', path: description.soap.path, body: call.body,
      headers: { 'Content-Type': 'text/xml; charset=utf-8', SOAPAction: `"${call.action}"`, ...authorization(who) },
    };
  }]);
  return out;
}

/** The same call as a line for curl, without what is secret. */
function curl(base, request) {
  const quoted = text => "'" + text.replaceAll("'", "'\\''") + "'";
  const headers = Object.entries(request.headers).map(([name, value]) => {
    if (name !== 'Authorization') return `-H ${quoted(name + ': ' + value)}`;
    return value.startsWith('Bearer') ? '-H "Authorization: Bearer $TOKEN"' : '-u "$USERNAME:$PASSWORD"';
  });
  const body = request.body.replace(/(wspassword=)[^&]*/, '$1...');
  return ['curl', ...headers, '--data-binary', quoted(body), quoted(base + request.path)].join(' ');
}

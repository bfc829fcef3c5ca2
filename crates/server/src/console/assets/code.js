// The code that makes a request, in many languages. Pure functions of `{operation, method, origin, path, token, headers,
// body}`; `body` is absent where the method takes none. Each gives a whole program that prints status and answer.

import { json, literal, text, wellFormed } from './code-values.js';

/** Longer than a server lets anybody wait for a song. */
const TIMEOUT_SECONDS = 300;

/** Every language in the order of the tabs: `{id, name, write}`. `write` gives null where a language has no way. */
export const LANGUAGES = [
  { id: 'curl', name: 'cURL', write: curl },
  { id: 'python', name: 'Python', write: python },
  { id: 'python-sdk', name: 'Python SDK', write: pythonSdk },
  { id: 'javascript', name: 'JavaScript', write: javascript },
  { id: 'go', name: 'Go', write: go },
  { id: 'java', name: 'Java', write: java },
  { id: 'php', name: 'PHP', write: php },
  { id: 'ruby', name: 'Ruby', write: ruby },
  { id: 'csharp', name: 'C#', write: csharp },
  { id: 'rust', name: 'Rust', write: rust },
  { id: 'swift', name: 'Swift', write: swift },
  { id: 'kotlin', name: 'Kotlin', write: kotlin },
  { id: 'powershell', name: 'PowerShell', write: powershell },
];

/** The code of a request in a language, or null. */
export function codeOf(id, request) {
  const whole = { ...request, ...(request.body === undefined ? {} : { body: wellFormed(request.body) }) };
  return LANGUAGES.find((language) => language.id === id).write(whole);
}

/** All headers of a request; those of a body only if there is one. */
function headers({ token, headers: more = {}, body }) {
  const all = { accept: 'application/json', authorization: `Bearer ${token}` };
  if (body !== undefined) all['content-type'] = 'application/json';
  return Object.entries({ ...all, ...more });
}

const address = ({ origin, path }) => origin + path;
const lines = (...parts) => `${parts.flat().filter((part) => part !== null).join('\n')}\n`;

function curl(request) {
  const { method, body } = request;
  const parts = [`curl -X ${method} ${text.shell(address(request))}`];
  for (const [name, value] of headers(request)) parts.push(`-H ${text.shell(`${name}: ${value}`)}`);
  if (body !== undefined) parts.push(`-d ${text.shell(json(body))}`);
  return `${parts.join(' \\\n')}\n`;
}

function python(request) {
  const { method, body } = request;
  const all = headers(request).filter(([name]) => name !== 'content-type');
  return lines(
    'import requests',
    '',
    `response = requests.${method.toLowerCase()}(`,
    `    ${text.python(address(request))},`,
    `    headers=${literal('python', Object.fromEntries(all), '    ')},`,
    body === undefined ? null : `    json=${literal('python', body, '    ')},`,
    `    timeout=${TIMEOUT_SECONDS},`,
    ')',
    'print(response.status_code)',
    'print(response.text)',
  );
}

/** The official SDK has a method for each order, and one that retrieves a task. */
function pythonSdk(request) {
  const { operation, body = {}, token, origin } = request;
  const begin = [
    'from acedatacloud import AceDataCloud',
    '',
    'client = AceDataCloud(',
    `    api_token=${text.python(token)},`,
    `    base_url=${text.python(origin)},`,
    `    timeout=${TIMEOUT_SECONDS},`,
    ')',
  ];
  if (operation === 'tasks') {
    const single = (body.action ?? 'retrieve') === 'retrieve' && body.id;
    return single ? lines(begin, `print(client.tasks.get(${text.python(body.id)}, service="producer"))`) : null;
  }
  if (operation === 'audios') {
    // The SDK asks for all three, and orders without waiting unless it is told to wait.
    const { async: isAsync = false, ...rest } = { action: 'generate', lyric: '', prompt: '', ...body };
    const given = [...parameters(rest), `    async_=${isAsync ? 'True' : 'False'},`];
    return lines(begin, 'handle = client.producer.generate(', given, ')', 'print(handle.wait())');
  }
  const method = { lyrics: 'lyrics', upload: 'upload', videos: 'videos', wav: 'wav' }[operation];
  if (!method) return null;
  return lines(begin, `answer = client.producer.${method}(`, parameters(body), ')', 'print(answer)');
}

/** Named arguments of Python; what is no name there goes in by two stars. */
function parameters(body) {
  return Object.entries(body).map(([name, value]) =>
    name === 'async'
      ? `    **{"async": ${literal('python', value)}},`
      : `    ${name}=${literal('python', value, '    ')},`,
  );
}

function javascript(request) {
  const { method, body } = request;
  return lines(
    `const response = await fetch(${text.javascript(address(request))}, {`,
    `  method: ${text.javascript(method)},`,
    `  headers: ${literal('javascript', Object.fromEntries(headers(request)), '  ', '  ')},`,
    body === undefined ? null : `  body: JSON.stringify(${literal('javascript', body, '  ', '  ')}),`,
    '});',
    'console.log(response.status);',
    'console.log(await response.text());',
  );
}

function go(request) {
  const { method, body } = request;
  const has = body !== undefined;
  const packages = [has ? 'bytes' : null, has ? 'encoding/json' : null, 'fmt', 'io', 'net/http'];
  return lines(
    'package main',
    '',
    'import (',
    packages.filter(Boolean).map((name) => `\t"${name}"`),
    ')',
    '',
    'func main() {',
    has ? [`\tbody, err := json.Marshal(${literal('go', body, '\t', '\t')})`, '\tif err != nil {', '\t\tpanic(err)', '\t}'] : null,
    `\trequest, err := http.NewRequest(${text.go(method)}, ${text.go(address(request))}, ${has ? 'bytes.NewReader(body)' : 'nil'})`,
    '\tif err != nil {',
    '\t\tpanic(err)',
    '\t}',
    headers(request).map(([name, value]) => `\trequest.Header.Set(${text.go(name)}, ${text.go(value)})`),
    '\tresponse, err := http.DefaultClient.Do(request)',
    '\tif err != nil {',
    '\t\tpanic(err)',
    '\t}',
    '\tdefer response.Body.Close()',
    '\tanswer, err := io.ReadAll(response.Body)',
    '\tif err != nil {',
    '\t\tpanic(err)',
    '\t}',
    '\tfmt.Println(response.StatusCode)',
    '\tfmt.Println(string(answer))',
    '}',
  );
}

/** JSON as a text block of Java: a backslash is written twice, and three quotes in a row never stand there. */
function java(request) {
  const { method, body } = request;
  const publisher = body === undefined ? 'noBody()' : 'ofString(body)';
  const block = body === undefined ? null : json(body, '                ').replaceAll('\\', '\\\\');
  return lines(
    'import java.net.URI;',
    'import java.net.http.HttpClient;',
    'import java.net.http.HttpRequest;',
    'import java.net.http.HttpResponse;',
    '',
    'public class Main {',
    '    public static void main(String[] arguments) throws Exception {',
    block === null ? null : ['        String body = """', `                ${block}""";`],
    `        HttpRequest request = HttpRequest.newBuilder(URI.create(${text.java(address(request))}))`,
    headers(request).map(([name, value]) => `                .header(${text.java(name)}, ${text.java(value)})`),
    `                .method(${text.java(method)}, HttpRequest.BodyPublishers.${publisher})`,
    '                .build();',
    '        HttpResponse<String> response = HttpClient.newHttpClient()',
    '                .send(request, HttpResponse.BodyHandlers.ofString());',
    '        System.out.println(response.statusCode());',
    '        System.out.println(response.body());',
    '    }',
    '}',
  );
}

function php(request) {
  const { method, body } = request;
  const all = headers(request).map(([name, value]) => text.php(`${name}: ${value}`));
  return lines(
    '<?php',
    '',
    '$context = stream_context_create(["http" => [',
    `    "method" => ${text.php(method)},`,
    '    "header" => [',
    all.map((header) => `        ${header},`),
    '    ],',
    body === undefined ? null : `    "content" => json_encode(${literal('php', body, '    ')}),`,
    '    "ignore_errors" => true,',
    `    "timeout" => ${TIMEOUT_SECONDS},`,
    ']]);',
    `$answer = file_get_contents(${text.php(address(request))}, false, $context);`,
    'echo $http_response_header[0], "\\n", $answer, "\\n";',
  );
}

function ruby(request) {
  const { method, body } = request;
  const kind = method === 'GET' ? 'Get' : 'Post';
  return lines(
    'require "json"',
    'require "net/http"',
    '',
    `uri = URI(${text.ruby(address(request))})`,
    `request = Net::HTTP::${kind}.new(uri, ${literal('ruby', Object.fromEntries(headers(request)), '', '  ')})`,
    body === undefined ? null : `request.body = JSON.generate(${literal('ruby', body, '', '  ')})`,
    `options = { use_ssl: uri.scheme == "https", read_timeout: ${TIMEOUT_SECONDS} }`,
    'response = Net::HTTP.start(uri.host, uri.port, **options) { |http| http.request(request) }',
    'puts response.code',
    'puts response.body',
  );
}

function csharp(request) {
  const { method, body } = request;
  const own = headers(request).filter(([name]) => name !== 'content-type');
  return lines(
    'using System.Text;',
    '',
    `using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(${TIMEOUT_SECONDS}) };`,
    `using var request = new HttpRequestMessage(new HttpMethod(${text.csharp(method)}), ${text.csharp(address(request))});`,
    own.map(([name, value]) => `request.Headers.TryAddWithoutValidation(${text.csharp(name)}, ${text.csharp(value)});`),
    body === undefined
      ? null
      : ['request.Content = new StringContent("""', `    ${json(body, '    ')}`, '    """, Encoding.UTF8, "application/json");'],
    'using var response = await client.SendAsync(request);',
    'Console.WriteLine((int)response.StatusCode);',
    'Console.WriteLine(await response.Content.ReadAsStringAsync());',
  );
}

function rust(request) {
  const { method, body } = request;
  const own = headers(request).filter(([name]) => name !== 'content-type');
  return lines(
    '// Cargo.toml: reqwest = { version = "0.12", features = ["blocking", "json"] }, serde_json = "1"',
    'use std::time::Duration;',
    '',
    'fn main() -> Result<(), Box<dyn std::error::Error>> {',
    `    let client = reqwest::blocking::Client::builder().timeout(Duration::from_secs(${TIMEOUT_SECONDS})).build()?;`,
    '    let response = client',
    `        .${method.toLowerCase()}(${text.rust(address(request))})`,
    own.map(([name, value]) => `        .header(${text.rust(name)}, ${text.rust(value)})`),
    body === undefined ? null : `        .json(&serde_json::json!(${literal('rust', body, '        ')}))`,
    '        .send()?;',
    '    println!("{}", response.status().as_u16());',
    '    println!("{}", response.text()?);',
    '    Ok(())',
    '}',
  );
}

function swift(request) {
  const { method, body } = request;
  return lines(
    'import Foundation',
    '#if canImport(FoundationNetworking)',
    'import FoundationNetworking',
    '#endif',
    '',
    `var request = URLRequest(url: URL(string: ${text.swift(address(request))})!, timeoutInterval: ${TIMEOUT_SECONDS})`,
    `request.httpMethod = ${text.swift(method)}`,
    headers(request).map(([name, value]) => `request.setValue(${text.swift(value)}, forHTTPHeaderField: ${text.swift(name)})`),
    body === undefined
      ? null
      : [`let body: [String: Any] = ${literal('swift', body)}`, 'request.httpBody = try JSONSerialization.data(withJSONObject: body)'],
    'let (answer, response) = try await URLSession.shared.data(for: request)',
    'print((response as! HTTPURLResponse).statusCode)',
    'print(String(decoding: answer, as: UTF8.self))',
  );
}

/** JSON as a raw string of Kotlin, in which only the dollar needs care. */
function kotlin(request) {
  const { method, body } = request;
  const publisher = body === undefined ? 'noBody()' : 'ofString(body)';
  return lines(
    'import java.net.URI',
    'import java.net.http.HttpClient',
    'import java.net.http.HttpRequest',
    'import java.net.http.HttpResponse',
    '',
    'fun main() {',
    body === undefined
      ? null
      : ['    val body = """', `        ${json(body, '        ').replaceAll('$', "${'$'}")}`, '    """.trimIndent()'],
    `    val request = HttpRequest.newBuilder(URI.create(${text.kotlin(address(request))}))`,
    headers(request).map(([name, value]) => `        .header(${text.kotlin(name)}, ${text.kotlin(value)})`),
    `        .method(${text.kotlin(method)}, HttpRequest.BodyPublishers.${publisher})`,
    '        .build()',
    '    val response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString())',
    '    println(response.statusCode())',
    '    println(response.body())',
    '}',
  );
}

function powershell(request) {
  const { method, body } = request;
  const own = headers(request).filter(([name]) => name !== 'content-type');
  return lines(
    '$headers = @{',
    own.map(([name, value]) => `    ${text.powershell(name)} = ${text.powershell(value)}`),
    '}',
    body === undefined ? null : ["$body = @'", json(body), "'@"],
    `$request = @{ Method = ${text.powershell(method)}; Uri = ${text.powershell(address(request))}; Headers = $headers; TimeoutSec = ${TIMEOUT_SECONDS} }`,
    body === undefined
      ? null
      : ["$request.ContentType = 'application/json; charset=utf-8'", '$request.Body = [Text.Encoding]::UTF8.GetBytes($body)'],
    '$response = Invoke-WebRequest @request -SkipHttpErrorCheck',
    '$response.StatusCode',
    '$response.Content',
  );
}

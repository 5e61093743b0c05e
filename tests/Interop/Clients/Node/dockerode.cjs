// What a user of dockerode does, a step a run: dockerode.cjs STEP NAME.
// Every step makes what it needs under NAME, which is the test's own, and removes it however it ends.
'use strict';
const assert = require('node:assert/strict');
const { PassThrough } = require('node:stream');
const { buffer } = require('node:stream/consumers');
const { setTimeout: pause } = require('node:timers/promises');
const Docker = require('dockerode');
const tar = require('tar-fs');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const [step, name] = process.argv.slice(2);
const image = 'busybox:latest';
const labels = { 'wharf.scenario': name };
const mine = { label: [`wharf.scenario=${name}`] };
const docker = new Docker();

const create = (options = {}) => docker.createContainer({ Image: image, Cmd: ['sleep', '1000'], Labels: labels, StopSignal: 'SIGKILL', name, ...options });

async function start(options) {
  const container = await create(options);
  await container.start();
  return container;
}

async function refused(status, action) {
  await assert.rejects(action, error => {
    assert.equal(error.statusCode, status, error.message);
    return true;
  });
}

async function eventually(look) {
  for (const end = Date.now() + 30000; ;) {
    const found = await look();
    if (found) return found;
    assert.ok(Date.now() < end, 'never came');
    await pause(100);
  }
}

async function execute(container, command, options = {}) {
  const exec = await container.exec({ Cmd: command, AttachStdout: true, AttachStderr: true, ...options });
  const stream = await exec.start({});
  const [out, err] = await parts(stream);
  return { out, err, code: (await exec.inspect()).ExitCode };
}

async function parts(stream) {
  const out = new PassThrough(), err = new PassThrough();
  docker.modem.demuxStream(stream, out, err);
  stream.on('end', () => { out.end(); err.end(); });
  stream.on('error', error => { out.destroy(error); err.destroy(error); });
  return (await Promise.all([buffer(out), buffer(err)])).map(String);
}

/** The frames of an answer that came as a whole. */
function text(frames) {
  let all = '';
  for (let at = 0; at < frames.length; at += 8 + frames.readUInt32BE(at + 4)) all += frames.toString('utf8', at + 8, at + 8 + frames.readUInt32BE(at + 4));
  return all;
}

async function withFolder(work) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'wharf-dockerode-'));
  try {
    return await work(folder);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

const steps = {
  async server() {
    assert.equal(String(await docker.ping()), 'OK');
    assert.equal((await docker.version()).Os, 'linux');
    assert.ok((await docker.info()).MemTotal > 0);
  },

  async run() {
    const out = new PassThrough();
    const read = buffer(out);
    const [{ StatusCode }, container] = await docker.run(image, ['sh', '-c', 'echo said; exit 5'], out, { Tty: true, Labels: labels });
    out.end();
    assert.equal(StatusCode, 5);
    assert.equal(String(await read), 'said\r\n');
    await container.remove();
    await refused(404, () => docker.createContainer({ Image: `${name}-is-no-image` }));
  },

  async life() {
    const container = await start();
    await refused(409, () => create());
    await refused(304, () => container.start());
    await container.pause();
    assert.equal((await container.inspect()).State.Status, 'paused');
    await container.unpause();
    await container.rename({ name: `${name}-renamed` });
    await container.update({ Memory: 64 << 20, MemorySwap: 64 << 20 });
    const seen = await container.inspect();
    assert.deepEqual([seen.Name, seen.HostConfig.Memory], [`/${name}-renamed`, 64 << 20]);
    assert.match((await container.top()).Processes[0].join(' '), /sleep 1000/);
    await container.restart({ t: 0 });
    const ended = container.wait({ condition: 'next-exit' });
    await container.kill({ signal: 'SIGKILL' });
    assert.equal((await ended).StatusCode, 137);
    await container.start();
    await container.stop({ t: 0 });
    assert.deepEqual((await docker.listContainers({ all: true, filters: mine })).map(one => one.State), ['exited']);
    await container.remove({ v: true });
    await refused(404, () => container.inspect());
  },

  async health() {
    const container = await start({
      Cmd: ['sh', '-c', 'sleep 0.5; touch /tmp/ready; sleep 1000'],
      Healthcheck: { Test: ['CMD', 'test', '-e', '/tmp/ready'], Interval: 2e8, Timeout: 5e9, Retries: 10 },
    });
    const status = async () => (await container.inspect()).State.Health.Status;
    await eventually(async () => await status() === 'healthy');
    await execute(container, ['rm', '/tmp/ready']);
    await eventually(async () => await status() === 'unhealthy');
    assert.equal((await docker.listContainers({ filters: { health: ['unhealthy'], ...mine } })).length, 1);
  },

  copy: () => withFolder(async folder => {
    const container = await start();
    fs.mkdirSync(path.join(folder, 'in', 'deep'), { recursive: true });
    fs.writeFileSync(path.join(folder, 'in', 'deep', 'file'), 'in the container');
    await container.putArchive(tar.pack(path.join(folder, 'in')), { path: '/tmp' });
    assert.equal((await execute(container, ['cat', '/tmp/deep/file'])).out, 'in the container');
    await execute(container, ['sh', '-c', 'echo more >> /tmp/deep/file; ln -s file /tmp/deep/link']);
    const stat = JSON.parse(Buffer.from((await container.infoArchive({ path: '/tmp/deep/file' })).headers?.['x-docker-container-path-stat'] ?? (await pathStat(container)), 'base64'));
    assert.equal(stat.name, 'file');
    const unpacked = tar.extract(path.join(folder, 'out'));
    (await container.getArchive({ path: '/tmp/deep' })).pipe(unpacked);
    await new Promise((done, failed) => unpacked.on('finish', done).on('error', failed));
    assert.equal(fs.readFileSync(path.join(folder, 'out', 'deep', 'file'), 'utf8'), 'in the containermore\n');
    assert.equal(fs.readlinkSync(path.join(folder, 'out', 'deep', 'link')), 'file');
    await refused(404, () => container.getArchive({ path: '/none' }));
    assert.ok((await container.changes()).some(one => one.Path === '/tmp/deep/file' && one.Kind === 1));
    assert.ok((await buffer(await container.export())).includes('tmp/deep/file'));
  }),

  async execs() {
    const container = await start();
    assert.deepEqual(await execute(container, ['sh', '-c', 'echo $(id -u) $PWD $WHERE; echo wrong >&2; exit 7'], { User: '33', WorkingDir: '/tmp', Env: ['WHERE=here'] }), { out: '33 /tmp here\n', err: 'wrong\n', code: 7 });
    assert.ok([126, 127].includes((await execute(container, ['no-such-program'])).code));
    const exec = await container.exec({ Cmd: ['cat'], AttachStdin: true, AttachStdout: true });
    const stream = await exec.start({ hijack: true, stdin: true });
    const answer = parts(stream);
    stream.write('typed\n');
    stream.end();
    assert.equal((await answer)[0], 'typed\n');
    assert.equal((await eventually(async () => { const one = await exec.inspect(); return one.Running ? null : one; })).ExitCode, 0);
  },

  async logs() {
    const container = await start({ Cmd: ['sh', '-c', 'echo one; echo two >&2; sleep 1.2; echo three; sleep 1000'] });
    const follower = await container.logs({ follow: true, stdout: true, stderr: true });
    await new Promise(done => {
      let all = '';
      follower.on('data', bytes => { all += bytes; if (all.includes('three')) done(); });
    });
    follower.destroy();
    assert.equal(text(await container.logs({ stdout: true, stderr: false })), 'one\nthree\n');
    assert.equal(text(await container.logs({ stdout: false, stderr: true })), 'two\n');
    assert.equal(text(await container.logs({ stdout: true, stderr: true, tail: 1 })), 'three\n');
    assert.match(text(await container.logs({ stdout: true, timestamps: true, tail: 1 })), /^20\d\d-\S+Z three\n$/);
    assert.equal((await container.logs({ stdout: true, stderr: true, since: Math.ceil(Date.now() / 1000) + 100 })).length, 0);
  },

  async attach() {
    const container = await create({ Cmd: ['sh', '-c', 'read line; echo got $line; exit 4'], OpenStdin: true, StdinOnce: true });
    const stream = await container.attach({ stream: true, stdin: true, stdout: true, stderr: true, hijack: true });
    const read = parts(stream);
    await container.start();
    stream.write('words\n');
    assert.equal((await container.wait()).StatusCode, 4);
    assert.deepEqual(await read, ['got words\n', '']);
  },

  async stats() {
    const container = await start({ Cmd: ['sh', '-c', 'while :; do :; done'], HostConfig: { Memory: 64 << 20, NanoCpus: 2e8 } });
    const once = await container.stats({ stream: false });
    assert.ok(once.cpu_stats.cpu_usage.total_usage > once.precpu_stats.cpu_usage.total_usage);
    assert.equal(once.memory_stats.limit, 64 << 20);
    assert.ok(once.networks.eth0);
    const stream = await container.stats({ stream: true });
    const seen = [];
    for await (const bytes of stream) {
      seen.push(...String(bytes).split('\n').filter(Boolean).map(line => JSON.parse(line)));
      if (seen.length > 1) break;
    }
    assert.ok(seen[1].read > seen[0].read);
  },

  async events() {
    const began = Math.floor(Date.now() / 1000);
    const stream = await docker.getEvents({ filters: mine });
    const told = [];
    const over = new Promise(done => stream.on('data', bytes => {
      told.push(...String(bytes).split('\n').filter(Boolean).map(line => JSON.parse(line).Action));
      if (told.includes('destroy')) done();
    }));
    const container = await start({ Cmd: ['true'] });
    await container.wait();
    await container.remove();
    await over;
    stream.destroy();
    assert.deepEqual(told.filter(one => ['create', 'start', 'die', 'destroy'].includes(one)), ['create', 'start', 'die', 'destroy']);
    const past = await buffer(await docker.getEvents({ since: began, until: Math.ceil(Date.now() / 1000) + 1, filters: { container: [container.id], event: ['die'] } }));
    assert.equal(JSON.parse(past).Actor.Attributes.exitCode, '0');
  },

  async volumes() {
    const volume = await docker.createVolume({ Name: name, Labels: labels });
    const [{ StatusCode }, wrote] = await docker.run(image, ['sh', '-c', 'echo kept > /data/file'], undefined, { Labels: labels, HostConfig: { Binds: [`${name}:/data`] } });
    assert.equal(StatusCode, 0);
    await wrote.remove();
    const container = await start({ HostConfig: { Mounts: [{ Type: 'volume', Source: name, Target: '/data', ReadOnly: true }] } });
    assert.equal((await execute(container, ['cat', '/data/file'])).out, 'kept\n');
    assert.notEqual((await execute(container, ['touch', '/data/file'])).code, 0);
    assert.deepEqual((await docker.listVolumes({ filters: mine })).Volumes.map(one => one.Name), [name]);
    await refused(409, () => docker.getVolume(name).remove());
    await container.remove({ force: true });
    await docker.getVolume(name).remove();
    await refused(404, () => docker.getVolume(name).inspect());
  },

  async networks() {
    const network = await docker.createNetwork({ Name: name, Labels: labels, CheckDuplicate: true });
    const served = await start({ Cmd: ['httpd', '-f', '-p', '8080', '-h', '/etc'], ExposedPorts: { '8080/tcp': {} }, HostConfig: { NetworkMode: name, PortBindings: { '8080/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }] } } });
    const asker = await start({ name: `${name}-asker` });
    await network.connect({ Container: asker.id, EndpointConfig: { Aliases: ['seeker'] } });
    assert.equal((await execute(asker, ['ping', '-c', '1', '-W', '5', name])).code, 0);
    assert.equal((await execute(served, ['ping', '-c', '1', '-W', '5', 'seeker'])).code, 0);
    assert.deepEqual(Object.keys((await network.inspect()).Containers).sort(), [served.id, asker.id].sort());
    const port = (await served.inspect()).NetworkSettings.Ports['8080/tcp'][0].HostPort;
    const page = await eventually(() => fetch(`http://127.0.0.1:${port}/passwd`).then(answer => answer.text(), () => null));
    assert.match(page, /^root:x:0:0/);
    await network.disconnect({ Container: asker.id });
    await served.remove({ force: true });
    await network.remove();
    await refused(404, () => network.inspect());
  },

  async images() {
    const container = await start({ Cmd: ['sh', '-c', 'echo more > /more'] });
    await container.wait();
    try {
      const { Id } = await container.commit({ repo: name, tag: 'one', comment: 'with more', changes: 'CMD cat /more' });
      const made = docker.getImage(Id);
      assert.deepEqual((await made.inspect()).RepoTags, [`${name}:one`]);
      assert.equal((await made.history())[0].Comment, 'with more');
      await made.tag({ repo: name, tag: 'two' });
      const archive = await buffer(await docker.getImage(`${name}:two`).get());
      await docker.getImage(`${name}:one`).remove();
      await docker.getImage(`${name}:two`).remove();
      await refused(404, () => docker.getImage(`${name}:two`).inspect());
      const answer = await docker.loadImage(new PassThrough().end(archive));
      assert.match(String(await buffer(answer)), new RegExp(`Loaded image: ${name}:two`));
      const out = new PassThrough();
      const read = buffer(out);
      const [, ran] = await docker.run(`${name}:two`, undefined, out, { Tty: true, Labels: labels });
      out.end();
      assert.equal(String(await read), 'more\r\n');
      await ran.remove();
    } finally {
      for (const tag of ['one', 'two']) await docker.getImage(`${name}:${tag}`).remove({ force: true }).catch(error => assert.equal(error.statusCode, 404));
    }
  },

  async usage() {
    const container = await start({ Cmd: ['sh', '-c', 'dd if=/dev/zero of=/big bs=1024 count=2048 2>/dev/null; sleep 1000'] });
    await eventually(async () => (await docker.df()).Containers.some(one => one.Id === container.id && one.SizeRw >= 2 << 20));
    assert.ok((await docker.df()).Images.some(one => one.RepoTags?.includes(image)));
  },

  async prune() {
    await (await start({ Cmd: ['true'] })).wait();
    const running = await start({ name: `${name}-running` });
    await docker.createVolume({ Name: name, Labels: labels });
    assert.equal((await docker.pruneContainers({ filters: mine })).ContainersDeleted.length, 1);
    assert.equal((await running.inspect()).State.Status, 'running');
    await docker.pruneVolumes({ filters: { ...mine, all: ['true'] } }).catch(() => docker.pruneVolumes({ filters: mine }));
    assert.equal((await docker.listVolumes({ filters: mine })).Volumes?.length ?? 0, 0);
    await docker.pruneImages({ filters: { dangling: ['true'], ...mine } });
    await docker.createNetwork({ Name: name, Labels: labels });
    assert.deepEqual((await docker.pruneNetworks({ filters: mine })).NetworksDeleted, [name]);
  },
};

/** The description of a path comes in a header, which dockerode hands out with the raw answer only. */
async function pathStat(container) {
  const answer = await container.getArchive({ path: '/tmp/deep/file' });
  answer.resume();
  return answer.headers['x-docker-container-path-stat'];
}

async function removeAll() {
  for (const one of await docker.listContainers({ all: true, filters: mine })) await docker.getContainer(one.Id).remove({ force: true, v: true });
  for (const one of await docker.listNetworks({ filters: mine })) await docker.getNetwork(one.Id).remove();
  for (const one of (await docker.listVolumes({ filters: mine })).Volumes ?? []) await docker.getVolume(one.Name).remove({ force: true });
}

// A program that waits for nothing but what a client took from its loop ends, with success: the limit is waited for, and fails.
setTimeout(() => { throw new Error(`${step}: not at its end after a minute`); }, 60000);
(async () => {
  try {
    await steps[step]();
  } finally {
    await removeAll();
  }
  process.exit(0);
})().catch(error => {
  console.error(error);
  process.exit(1);
});

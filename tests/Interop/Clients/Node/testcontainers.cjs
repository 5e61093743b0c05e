// What a test of somebody's does with testcontainers: testcontainers.cjs STEP NAME.
// Every step makes what it needs under NAME, which is the test's own, and removes it however it ends.
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { text } = require('node:stream/consumers');
const Docker = require('dockerode');
const { GenericContainer, Network, Wait } = require('testcontainers');

const [step, name] = process.argv.slice(2);
const labels = { 'wharf.scenario': name };
const mine = { label: [`wharf.scenario=${name}`] };
const busybox = command => new GenericContainer('busybox:latest').withLabels(labels).withCommand(command).withStartupTimeout(30000);
const served = () => busybox(['sh', '-c', 'mkdir /www; echo hello > /www/index.html; sleep 0.5; echo ready to serve; exec httpd -f -p 8080 -h /www']);
const page = (container, file = '') => fetch(`http://${container.getHost()}:${container.getMappedPort(8080)}/${file}`).then(answer => answer.text());

// What is to be done when the containers are gone.
const over = [];

const steps = {
  async log() {
    const container = await served().withWaitStrategy(Wait.forLogMessage(/ready to .*/)).start();
    for await (const bytes of await container.logs()) {
      if (String(bytes).includes('ready to serve')) break;
    }
    await container.stop();
  },

  async health() {
    const container = await served()
      .withHealthCheck({ test: ['CMD-SHELL', 'test -s /www/index.html'], interval: 200, timeout: 5000, retries: 50 })
      .withWaitStrategy(Wait.forHealthCheck()).start();
    assert.equal((await container.exec(['cat', '/www/index.html'])).output, 'hello\n');
    await container.stop();
  },

  async command() {
    const container = await served().withWaitStrategy(Wait.forSuccessfulCommand('test -s /www/index.html')).start();
    const { output, exitCode, stderr } = await container.exec(['sh', '-c', 'id -u; echo $WHERE >&2; exit 3'], { user: '33', env: { WHERE: 'here' } });
    assert.deepEqual([output.includes('33\n'), stderr, exitCode], [true, 'here\n', 3]);
    await container.restart();
    await container.stop();
  },

  async once() {
    const container = await busybox(['sh', '-c', 'echo done']).withWaitStrategy(Wait.forOneShotStartup()).start();
    assert.match(await text(await container.logs()), /done/);
    await container.stop();
  },

  async copy() {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'wharf-tc-'));
    try {
      fs.writeFileSync(path.join(folder, 'file'), 'from a file');
      const container = await busybox(['sleep', '1000'])
        .withCopyContentToContainer([{ content: 'from a string', target: '/tmp/string', mode: 0o640 }])
        .withCopyFilesToContainer([{ source: path.join(folder, 'file'), target: '/tmp/file' }])
        .withCopyDirectoriesToContainer([{ source: folder, target: '/tmp/folder' }])
        .start();
      assert.equal((await container.exec(['sh', '-c', 'cat /tmp/string /tmp/file /tmp/folder/file; stat -c " %a" /tmp/string'])).output, 'from a stringfrom a filefrom a file 640\n');
      await container.copyContentToContainer([{ content: 'later', target: '/tmp/later' }]);
      assert.match(await text(await container.copyArchiveFromContainer('/tmp/later')), /later/);
      await container.stop();
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  },

  async ports() {
    const container = await served().withExposedPorts(8080).withWaitStrategy(Wait.forListeningPorts()).start();
    assert.equal(await page(container), 'hello\n');
    await container.stop();
    const other = await served().withExposedPorts(8080).withWaitStrategy(Wait.forHttp('/index.html', 8080)).start();
    assert.equal(await page(other), 'hello\n');
    await other.restart();
    assert.equal(await page(other), 'hello\n');
    await other.stop();
  },

  async network() {
    const network = await new Network().start();
    over.push(() => network.stop());
    const server = await served().withNetwork(network).withNetworkAliases('server').withWaitStrategy(Wait.forLogMessage('ready to serve')).start();
    const asker = await busybox(['sleep', '1000']).withNetwork(network).start();
    assert.deepEqual((await asker.exec(['ping', '-c', '1', '-W', '5', 'server'])).exitCode, 0);
    assert.ok(server.getIpAddress(network.getName()));
    await asker.stop();
    await server.stop();
  },

  async limits() {
    const container = await busybox(['sleep', '1000']).withName(name).withResourcesQuota({ memory: 0.0625, cpu: 0.5 }).withTmpFs({ '/scratch': 'rw,size=1m' })
      .withUser('33').withWorkingDir('/tmp').withEnvironment({ WHERE: 'here' }).withAddedCapabilities('NET_ADMIN').withUlimits({ nofile: { hard: 1000, soft: 900 } }).withSharedMemorySize(1 << 20).start();
    const { output } = await container.exec(['sh', '-c', 'echo $(id -u) $PWD $WHERE $(ulimit -n); grep -c " /scratch tmpfs" /proc/mounts']);
    assert.equal(output, '33 /tmp here 900\n1\n');
    await container.stop();
  },

  async commit() {
    const container = await busybox(['sleep', '1000']).start();
    await container.exec(['sh', '-c', 'echo more > /more']);
    const id = await container.commit({ repo: name, tag: 'one' });
    await container.stop();
    try {
      const again = await new GenericContainer(`${name}:one`).withLabels(labels).withCommand(['sleep', '1000']).start();
      assert.equal((await again.exec(['cat', '/more'])).output, 'more\n');
      await again.stop();
    } finally {
      await new Docker().getImage(id).remove({ force: true });
    }
  },
};

async function removeAll() {
  const docker = new Docker();
  for (const one of await docker.listContainers({ all: true, filters: mine })) await docker.getContainer(one.Id).remove({ force: true, v: true });
  for (const one of over) await one();
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

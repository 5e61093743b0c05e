using System.Text.Json;
using Wharf.Harness;

namespace Wharf.EndToEnd.Commands;

/// <summary>Devices that a vendor describes, asked for by name.</summary>
public sealed class DeviceTests : IDisposable
{
    private readonly TemporaryDirectory folder = new();
    private readonly Engine engine;

    public DeviceTests() => engine = new Engine("--cdi-spec-dir", folder.Path);

    public void Dispose()
    {
        engine.Dispose();
        folder.Dispose();
    }

    [Theory]
    [InlineData("docker")]
    [InlineData("wharf")]
    public void A_container_gets_what_the_devices_need(string client)
    {
        string program = client == "wharf" ? Programs.Wharf : client;
        File.WriteAllText(folder["one.yaml"], $"""
            # As nvidia-ctk writes it.
            cdiVersion: 0.6.0
            kind: example.com/thing
            containerEdits:
              env:
              - FROM_ALL=yes
            devices:
            - name: "0"
              containerEdits:
                env: ["FROM_ZERO=a=b"]
                deviceNodes:
                - path: /dev/thing
                  hostPath: /dev/null
                  fileMode: 0640
                  permissions: rw
                mounts:
                - hostPath: {folder.Path}
                  containerPath: /thing
                  options: [ro, nosuid, bind]
            """);
        File.WriteAllText(folder["two.json"], """{"cdiVersion":"0.6.0","kind":"example.com/other","devices":[{"name":"all","containerEdits":{"additionalGids":[77],"hooks":[{"hookName":"createContainer","path":"/bin/sh","args":["sh","-c","touch hooked || true"]}]}}]}""");
        File.WriteAllText(folder["broken.yaml"], "kind: [");

        string output = engine.Client(program, ["run", "--rm", "--device", "example.com/thing=0", "--device", "example.com/other=all", "busybox:latest", "sh", "-c", "echo $FROM_ALL $FROM_ZERO; ls -l /dev/thing; ls /thing/two.json; id -G; echo x >/dev/thing && echo written"]).Succeeds().Output;

        Assert.StartsWith("yes a=b\ncrw-r----- ", output, StringComparison.Ordinal);
        Assert.Contains("/thing/two.json\n", output, StringComparison.Ordinal);
        Assert.Contains("77", output, StringComparison.Ordinal);
        Assert.EndsWith("written\n", output, StringComparison.Ordinal);
        Assert.Contains("unresolvable CDI devices example.com/thing=1", engine.Client(program, ["run", "--rm", "--device", "example.com/thing=1", "busybox:latest", "true"]).Error, StringComparison.Ordinal);
        JsonElement info = JsonDocument.Parse(Command.Run("curl", ["-s", "--unix-socket", engine.Socket, "http://wharf/info"]).Succeeds().Output).RootElement;
        Assert.Equal(["example.com/other=all", "example.com/thing=0"], info.GetProperty("DiscoveredDevices").EnumerateArray().Select(device => device.GetProperty("ID").GetString()));
    }
}

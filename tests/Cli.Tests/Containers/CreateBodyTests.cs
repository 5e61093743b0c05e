using System.Text.Json;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Containers;

namespace Wharf.Cli.Tests.Containers;

/// <summary>What a command line of run or create becomes on the wire.</summary>
public sealed class CreateBodyTests
{
    [Theory]
    [InlineData("Image", "\"busybox\"")]
    [InlineData("Cmd", "[\"sh\",\"-c\",\"true\"]")]
    [InlineData("Tty", "false")]
    [InlineData("AttachStdout", "true")]
    [InlineData("HostConfig.NetworkMode", "\"default\"")]
    public void Without_flags_only_what_is_always_said(string path, string json) => Assert.Equal(json, Body("", path));

    [Theory]
    [InlineData("--memory 64m", "HostConfig.Memory", "67108864")]
    [InlineData("-m 1g --memory-swap -1", "HostConfig.MemorySwap", "-1")]
    [InlineData("--cpus 1.5", "HostConfig.NanoCpus", "1500000000")]
    [InlineData("-c 512", "HostConfig.CpuShares", "512")]
    [InlineData("--pids-limit 77", "HostConfig.PidsLimit", "77")]
    [InlineData("--ulimit nofile=10:20", "HostConfig.Ulimits", "[{\"Name\":\"nofile\",\"Hard\":20,\"Soft\":10}]")]
    [InlineData("--ulimit core=-1", "HostConfig.Ulimits", "[{\"Name\":\"core\",\"Hard\":-1,\"Soft\":-1}]")]
    [InlineData("--restart on-failure:3", "HostConfig.RestartPolicy", "{\"Name\":\"on-failure\",\"MaximumRetryCount\":3}")]
    [InlineData("--rm", "HostConfig.AutoRemove", "true")]
    [InlineData("--privileged", "HostConfig.Privileged", "true")]
    [InlineData("--read-only", "HostConfig.ReadonlyRootfs", "true")]
    [InlineData("--cap-add NET_ADMIN --cap-add SYS_TIME", "HostConfig.CapAdd", "[\"NET_ADMIN\",\"SYS_TIME\"]")]
    [InlineData("-p 127.0.0.1:8080:80 -p 53:53/udp", "HostConfig.PortBindings", "{\"80/tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"8080\"}],\"53/udp\":[{\"HostIp\":\"\",\"HostPort\":\"53\"}]}")]
    [InlineData("-p 80", "ExposedPorts", "{\"80/tcp\":{}}")]
    [InlineData("-v /a:/b:ro -v data:/c", "HostConfig.Binds", "[\"/a:/b:ro\",\"data:/c\"]")]
    [InlineData("-v /anonymous", "Volumes", "{\"/anonymous\":{}}")]
    [InlineData("--mount type=bind,source=/a,target=/b,readonly", "HostConfig.Mounts", "[{\"Type\":\"bind\",\"Source\":\"/a\",\"Target\":\"/b\",\"ReadOnly\":true}]")]
    [InlineData("--tmpfs /t:size=1m --tmpfs /u", "HostConfig.Tmpfs", "{\"/t\":\"size=1m\",\"/u\":\"\"}")]
    [InlineData("--device /dev/null:/dev/zero:r", "HostConfig.Devices", "[{\"PathOnHost\":\"/dev/null\",\"PathInContainer\":\"/dev/zero\",\"CgroupPermissions\":\"r\"}]")]
    [InlineData("--add-host db=10.0.0.1 --add-host v6:[::1]", "HostConfig.ExtraHosts", "[\"db:10.0.0.1\",\"v6:::1\"]")]
    [InlineData("--log-driver json-file --log-opt max-size=1m", "HostConfig.LogConfig", "{\"Type\":\"json-file\",\"Config\":{\"max-size\":\"1m\"}}")]
    [InlineData("--sysctl net.ipv4.ip_forward=1", "HostConfig.Sysctls", "{\"net.ipv4.ip_forward\":\"1\"}")]
    [InlineData("-e A=1 -e B=2=3", "Env", "[\"A=1\",\"B=2=3\"]")]
    [InlineData("-l a=b -l c", "Labels", "{\"a\":\"b\",\"c\":\"\"}")]
    [InlineData("--entrypoint /bin/x", "Entrypoint", "[\"/bin/x\"]")]
    [InlineData("--entrypoint=", "Entrypoint", "[\"\"]")]
    [InlineData("-u 1000:1000 -w /tmp -h name", "WorkingDir", "\"/tmp\"")]
    [InlineData("--stop-signal TERM --stop-timeout 3", "StopTimeout", "3")]
    [InlineData("-i", "StdinOnce", "true")]
    [InlineData("--health-cmd true --health-interval 1m30s --health-retries 2", "Healthcheck", "{\"Test\":[\"CMD-SHELL\",\"true\"],\"Interval\":90000000000,\"Retries\":2}")]
    [InlineData("--no-healthcheck", "Healthcheck", "{\"Test\":[\"NONE\"]}")]
    [InlineData("--network none", "HostConfig.NetworkMode", "\"none\"")]
    [InlineData("--network web --network-alias www --ip 10.1.0.9", "NetworkingConfig.EndpointsConfig.web", "{\"Aliases\":[\"www\"],\"IPAMConfig\":{\"IPv4Address\":\"10.1.0.9\"}}")]
    [InlineData("--mac-address 02:42:ac:11:00:02", "NetworkingConfig.EndpointsConfig.default.MacAddress", "\"02:42:ac:11:00:02\"")]
    [InlineData("--init=false", "HostConfig.Init", "false")]
    [InlineData("--pid host --ipc private --uts host --cgroupns private", "HostConfig.CgroupnsMode", "\"private\"")]
    public void A_flag_becomes_its_field(string words, string path, string json) => Assert.Equal(json, Body(words, path));

    [Fact]
    public void What_was_not_asked_for_is_not_sent()
    {
        string[] said = [.. Write("").EnumerateObject().Select(field => field.Name)];

        Assert.Equal(["AttachStdin", "AttachStdout", "AttachStderr", "Tty", "OpenStdin", "StdinOnce", "Cmd", "Image", "HostConfig"], said);
        Assert.Equal(["NetworkMode"], Write("").GetProperty("HostConfig").EnumerateObject().Select(field => field.Name));
    }

    [Fact]
    public void An_absent_flag_leaves_the_others_where_they_are()
    {
        string folder = Directory.GetCurrentDirectory();

        Assert.Equal($"[\"{folder}/data:/d\"]", Body("-v ./data:/d", "HostConfig.Binds"));
    }

    [Theory]
    [InlineData("--restart always --rm", "conflicting options: cannot specify both --restart and --rm")]
    [InlineData("--restart on-failure:x", "invalid restart policy format: maximum retry count must be an integer")]
    [InlineData("--no-healthcheck --health-cmd true", "--no-healthcheck conflicts with --health-* options")]
    public void Flags_that_exclude_each_other_are_refused(string words, string message) =>
        Assert.Equal(message, Assert.Throws<InvalidSettingException>(() => Write(words)).Message);

    private static string Body(string words, string path)
    {
        JsonElement value = Write(words);
        foreach (string field in path.Split('.'))
        {
            value = value.GetProperty(field);
        }

        return JsonSerializer.Serialize(value);
    }

    private static JsonElement Write(string words)
    {
        var flags = new FlagValues();
        FlagParser.Parse([.. RunFlags.All], words.Split(' ', StringSplitOptions.RemoveEmptyEntries), interspersed: false, flags);
        return JsonDocument.Parse(CreateBody.Write(flags, "busybox", ["sh", "-c", "true"], AttachedStreams.Of(flags, detached: false), [.. Variables.Environment(flags.All("env-file"), flags.All("env"))])).RootElement;
    }
}

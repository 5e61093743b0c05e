using System.Text;
using Wharf.Libcontainer.Criu;

namespace Wharf.Libcontainer.Tests.Criu;

/// <summary>Requests by the numbers of criu's images/rpc.proto, read back field by field.</summary>
public sealed class CriuRequestTests
{
    [Fact]
    public void Options_have_the_numbers_of_the_protocol()
    {
        var options = new CriuOptions
        {
            ImagesDirectory = 5,
            WorkDirectory = 6,
            Pid = 300,
            LogFile = "dump.log",
            Root = "/root",
            ManageCgroups = CriuCgroupMode.Ignore,
            LeaveRunning = true,
            PageServer = new PageServer("1.2.3.4", 70),
            EmptyNamespaces = 0x40000000,
            ExternalMounts = [("/a", "/b"), ("/c", "/d")],
            External = ["net[1]:extRootNetNS"],
            InheritedDescriptors = [("pipe:[9]", 0)],
            JoinedNamespaces = [("ipc", "/proc/1/ns/ipc")],
            CgroupRoots = [("pids", "/x")],
        };

        string[] fields = Fields(options.Write().ToArray());

        Assert.Equal(
            [
                "1=5", "2=300", "3=1", "9=4", "10=dump.log", "11={1=1.2.3.4 2=70}", "12=1", "13=/root", "17=6", "24=1", "34=0", "38=1073741824", "50=1",
                "23={1=/a 2=/b}", "23={1=/c 2=/d}", "25={1=pids 2=/x}", "27={1=pipe:[9] 2=0}", "37=net[1]:extRootNetNS", "39={1=ipc 2=/proc/1/ns/ipc}",
            ],
            fields);
    }

    [Fact]
    public void A_request_has_its_type_its_options_and_its_questions()
    {
        Assert.Equal([8, 10], new CriuRequest(CriuRequestKind.Version).Write());
        Assert.Equal([8, 9, 0x2a, 2, 8, 1], new CriuRequest(CriuRequestKind.FeatureCheck) { MemoryTracking = true }.Write());
        Assert.Equal([8, 6, 24, 1], CriuRequest.NotificationAnswer(true));
    }

    [Theory]
    [InlineData(4, 2, 1, null, 40201)]
    [InlineData(3, 17, null, null, 31700)]
    [InlineData(3, 17, 1, "v3.17-5-gabc", 31800)]
    public void A_version_is_a_number(int major, int minor, int? sublevel, string? git, int number)
    {
        byte[] version = new ProtobufWriter().Number(1, (int)CriuRequestKind.Version).Number(2, 1)
            .Message(10, new ProtobufWriter().Number(1, major).Number(2, minor).Text(3, git).Number(4, sublevel)).ToArray();

        Assert.Equal(number, CriuResponse.Read(version).Version!.Value.Number);
        Assert.Equal($"CRIU version {number} must be 50000 or higher", Assert.Throws<ContainerException>(() => CriuResponse.Read(version).Version!.Value.Require(50000)).Message);
    }

    private static readonly Dictionary<int, bool> Messages = new() { [11] = true, [23] = true, [25] = true, [27] = true, [39] = true };

    private static string[] Fields(ReadOnlySpan<byte> bytes, bool inner = false)
    {
        var fields = new List<string>();
        var reader = new ProtobufReader(bytes, "test");
        while (reader.Next())
        {
            string value = reader.Bytes.IsEmpty ? reader.Number.ToString(System.Globalization.CultureInfo.InvariantCulture)
                : !inner && Messages.ContainsKey(reader.Field) ? $"{{{string.Join(' ', Fields(reader.Bytes, inner: true))}}}"
                : Encoding.UTF8.GetString(reader.Bytes);
            fields.Add($"{reader.Field}={value}");
        }

        return [.. fields];
    }
}

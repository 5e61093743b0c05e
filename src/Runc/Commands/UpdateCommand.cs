using System.Globalization;
using System.Text.Json;
using Wharf.Libcontainer;
using Wharf.Linux;
using Wharf.Oci.Runtime;
using Wharf.Runc.CommandLine;

namespace Wharf.Runc.Commands;

internal static class UpdateCommand
{
    private static readonly string[] Limits =
    [
        "blkio-weight", "cpu-period", "cpu-quota", "cpu-burst", "cpu-share", "cpu-shares", "cpu-rt-period", "cpu-rt-runtime", "cpuset-cpus",
        "cpuset-mems", "memory", "memory-reservation", "memory-swap", "pids-limit", "cpu-idle",
    ];

    internal static IReadOnlyList<Flag> Flags =>
        [new("resources", TakesValue: true, Letter: 'r'), .. Limits.Select(name => new Flag(name, TakesValue: true))];

    internal static int Run(GlobalOptions options, Arguments arguments)
    {
        Container container = Container.Load(options.Root, arguments.ContainerId("update"));
        container.Update(arguments.Value("resources") is { Length: > 0 } source ? Read(source) : FromFlags(arguments));
        return 0;
    }

    private static Resources Read(string source)
    {
        try
        {
            byte[] bytes = source == "-" ? StandardInput() : File.ReadAllBytes(source);
            return SpecReader.Resources(bytes) ?? new Resources();
        }
        catch (JsonException error)
        {
            throw new ContainerException($"resources \"{source}\": {error.Message}", error);
        }
    }

    private static byte[] StandardInput()
    {
        using var stdin = new FileDescriptor(0, ownsHandle: false);
        var bytes = new List<byte>();
        byte[] buffer = new byte[4096];
        for (int count = Files.Read(stdin, buffer, "stdin"); count > 0; count = Files.Read(stdin, buffer, "stdin"))
        {
            bytes.AddRange(buffer.AsSpan(0, count));
        }

        return [.. bytes];
    }

    private static Resources FromFlags(Arguments arguments) => new()
    {
        Memory = new Memory
        {
            Limit = Bytes(arguments, "memory"),
            Reservation = Bytes(arguments, "memory-reservation"),
            Swap = Bytes(arguments, "memory-swap"),
        },
        Cpu = new Cpu
        {
            Shares = (ulong?)(Number(arguments, "cpu-share") ?? Number(arguments, "cpu-shares")),
            Quota = Number(arguments, "cpu-quota"),
            Period = (ulong?)Number(arguments, "cpu-period"),
            Burst = (ulong?)Number(arguments, "cpu-burst"),
            RealtimePeriod = (ulong?)Number(arguments, "cpu-rt-period"),
            RealtimeRuntime = Number(arguments, "cpu-rt-runtime"),
            Cpus = arguments.Value("cpuset-cpus"),
            Mems = arguments.Value("cpuset-mems"),
            Idle = Number(arguments, "cpu-idle"),
        },
        Pids = Number(arguments, "pids-limit") is { } pids ? new Pids { Limit = pids } : null,
        BlockIO = Number(arguments, "blkio-weight") is { } weight ? new BlockIO { Weight = (ushort)weight } : null,
    };

    private static long? Number(Arguments arguments, string name) =>
        arguments.Value(name) is not { } text ? null
            : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number
            : throw new UsageException($"invalid value for {name}: {text}");

    /// <summary>A size in bytes, with k, m or g for powers of 1024; −1 for no limit.</summary>
    private static long? Bytes(Arguments arguments, string name)
    {
        if (arguments.Value(name) is not { Length: > 0 } text)
        {
            return null;
        }

        int shift = char.ToLowerInvariant(text.TrimEnd('b', 'B')[^1]) switch { 'k' => 10, 'm' => 20, 'g' => 30, 't' => 40, _ => 0 };
        string digits = shift == 0 ? text.TrimEnd('b', 'B') : text.TrimEnd('b', 'B')[..^1];
        return long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
            ? number << shift
            : throw new UsageException($"invalid value for {name}: {text}");
    }
}

using System.Globalization;
using System.Text.Json;
using Wharf.Libcontainer;
using Wharf.Linux;
using Wharf.Oci.Runtime;
using Wharf.Runc.CommandLine;

namespace Wharf.Runc.Commands;

internal static class UpdateCommand
{
    internal static readonly Flag[] Flags =
    [
        new("resources", TakesValue: true, Letter: 'r', Help: "file with limits as in linux.resources of config.json, or - for the standard input; other flags count for nothing then"),
        new("blkio-weight", TakesValue: true, Help: "share of the disks' time, 10 to 1000") { Value = "int", Default = "0" },
        new("cpu-period", TakesValue: true, Help: "period of the processor quota, in microseconds"),
        new("cpu-quota", TakesValue: true, Help: "microseconds of processor time in a period"),
        new("cpu-burst", TakesValue: true, Help: "microseconds that may be saved up for a later period"),
        new("cpu-share", TakesValue: true, Help: "share of the processors' time beside other containers"),
        new("cpu-rt-period", TakesValue: true, Help: "period of the real-time quota, in microseconds"),
        new("cpu-rt-runtime", TakesValue: true, Help: "microseconds of real-time scheduling in a period"),
        new("cpuset-cpus", TakesValue: true, Help: "processors to run on"),
        new("cpuset-mems", TakesValue: true, Help: "memory nodes to use"),
        new("memory", TakesValue: true, Help: "most memory, in bytes"),
        new("cpu-idle", TakesValue: true, Help: "1: run only when nobody else wants to"),
        new("memory-reservation", TakesValue: true, Help: "memory that is left to the container when there is little, in bytes"),
        new("memory-swap", TakesValue: true, Help: "most memory and swap together, in bytes; -1: no limit"),
        new("pids-limit", TakesValue: true, Help: "most processes; -1: no limit") { Value = "int", Default = "0" },
        new("l3-cache-schema", TakesValue: true, Help: "Intel RDT: schema of the L3 cache"),
        new("mem-bw-schema", TakesValue: true, Help: "Intel RDT: schema of the memory bandwidth"),
        new("kernel-memory", TakesValue: true) { Hidden = true },
        new("kernel-memory-tcp", TakesValue: true) { Hidden = true },
    ];

    internal static int Run(GlobalOptions options, Arguments arguments)
    {
        Container container = Container.Load(options.Root, arguments.ContainerId("update"));
        RefuseResctrl(arguments, "l3-cache-schema", "CAT: l3 cache schema");
        RefuseResctrl(arguments, "mem-bw-schema", "MBA: memory bandwidth schema");
        Resources change = arguments.Value("resources") is { Length: > 0 } source ? Read(source) : FromFlags(arguments);
        if (change.Memory is { } memory && (memory.Kernel is not null || memory.KernelTCP is not null))
        {
            options.Log.Warning("Kernel memory settings are ignored and will be removed");
        }

        container.Update(change);
        return 0;
    }

    private static void RefuseResctrl(Arguments arguments, string flag, string what)
    {
        if (arguments.Value(flag) is { Length: > 0 })
        {
            throw new ContainerException($"Intel RDT/{what} is not enabled");
        }
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
        return Streams.ReadToEnd(stdin, "stdin");
    }

    private static Resources FromFlags(Arguments arguments) => new()
    {
        Memory = new Memory
        {
            Limit = MemorySize.Read(arguments, "memory"),
            Reservation = MemorySize.Read(arguments, "memory-reservation"),
            Swap = MemorySize.Read(arguments, "memory-swap"),
            Kernel = MemorySize.Read(arguments, "kernel-memory"),
            KernelTCP = MemorySize.Read(arguments, "kernel-memory-tcp"),
        },
        Cpu = new Cpu
        {
            Shares = Positive(arguments, "cpu-share"),
            Quota = Number(arguments, "cpu-quota"),
            Period = Positive(arguments, "cpu-period"),
            Burst = Positive(arguments, "cpu-burst"),
            RealtimePeriod = Positive(arguments, "cpu-rt-period"),
            RealtimeRuntime = Number(arguments, "cpu-rt-runtime"),
            Cpus = arguments.Value("cpuset-cpus"),
            Mems = arguments.Value("cpuset-mems"),
            Idle = Number(arguments, "cpu-idle"),
        },
        Pids = Number(arguments, "pids-limit") is { } pids ? new Pids { Limit = pids } : null,
        BlockIO = Number(arguments, "blkio-weight") is { } weight and not 0
            ? new BlockIO { Weight = weight is > 0 and <= ushort.MaxValue ? (ushort)weight : throw Invalid("blkio-weight", arguments.Value("blkio-weight")!) }
            : null,
    };

    private static long? Number(Arguments arguments, string name) =>
        arguments.Value(name) is not { Length: > 0 } text ? null
            : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number
            : throw Invalid(name, text);

    private static ulong? Positive(Arguments arguments, string name) =>
        arguments.Value(name) is not { Length: > 0 } text ? null
            : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) ? number
            : throw Invalid(name, text);

    private static ContainerException Invalid(string name, string text) => new($"invalid value for {name}: {text}");
}

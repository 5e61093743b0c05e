using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace Wharf.Bench;

/// <summary>libseccomp, asked for the filter of a config.json in the way in which runc and crun ask: built, and loaded on a thread that then ends.</summary>
internal static unsafe partial class LibseccompFilter
{
    private const string Library = "libseccomp.so.2";
    private static readonly string[] Operators = ["", "SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE", "SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_MASKED_EQ"];

    [StructLayout(LayoutKind.Sequential)]
    private struct Comparison
    {
        internal uint Argument;
        internal int Operator;
        internal ulong First;
        internal ulong Second;
    }

    private sealed record Rule(uint Action, string[] Names, Comparison[] Comparisons);

    internal static Figures? Measure(string config, int rounds)
    {
        if (!NativeLibrary.TryLoad(Library, out _))
        {
            return null;
        }

        JsonNode seccomp = JsonNode.Parse(File.ReadAllText(config))!["linux"]!["seccomp"]!;
        const uint errno = 0x00050000;
        uint byDefault = errno | seccomp["defaultErrnoRet"]!.GetValue<uint>();
        Rule[] rules = [.. seccomp["syscalls"]!.AsArray().Select(rule => Read(rule!))];
        var times = new List<double>();
        for (int round = 0; round < rounds; round++)
        {
            var thread = new Thread(() =>
            {
                long began = Stopwatch.GetTimestamp();
                Load(byDefault, rules);
                times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            });
            thread.Start();
            thread.Join();
        }

        return Figures.Of(times);
    }

    private static Rule Read(JsonNode rule)
    {
        uint action = rule["action"]!.GetValue<string>() switch
        {
            "SCMP_ACT_ALLOW" => 0x7fff0000,
            "SCMP_ACT_ERRNO" => 0x00050000 | (rule["errnoRet"]?.GetValue<uint>() ?? 1),
            var other => throw new InvalidOperationException($"action {other} is not in docker's profile"),
        };
        Comparison[] comparisons = [.. (rule["args"] as JsonArray ?? []).Select(argument => new Comparison
        {
            Argument = argument!["index"]!.GetValue<uint>(),
            Operator = Array.IndexOf(Operators, argument["op"]!.GetValue<string>()),
            First = argument["value"]!.GetValue<ulong>(),
            Second = argument["valueTwo"]?.GetValue<ulong>() ?? 0,
        })];
        return new Rule(action, [.. rule["names"]!.AsArray().Select(name => name!.GetValue<string>())], comparisons);
    }

    private static void Load(uint byDefault, Rule[] rules)
    {
        const uint x86 = 0x40000003;
        const uint x32 = 0x4000003E;
        nint context = seccomp_init(byDefault);
        Check(seccomp_arch_add(context, x86), "seccomp_arch_add");
        Check(seccomp_arch_add(context, x32), "seccomp_arch_add");
        foreach (Rule rule in rules.Where(rule => rule.Action != byDefault))
        {
            foreach (string name in rule.Names)
            {
                int number = seccomp_syscall_resolve_name(name);
                fixed (Comparison* first = rule.Comparisons)
                {
                    if (number != -1)
                    {
                        Check(seccomp_rule_add_array(context, rule.Action, number, (uint)rule.Comparisons.Length, first), "seccomp_rule_add_array " + name);
                    }
                }
            }
        }

        Check(seccomp_load(context), "seccomp_load");
        seccomp_release(context);
    }

    private static void Check(int result, string call)
    {
        if (result < 0)
        {
            throw new InvalidOperationException($"{call}: error {-result}");
        }
    }

    [LibraryImport(Library)]
    private static partial nint seccomp_init(uint action);

    [LibraryImport(Library)]
    private static partial void seccomp_release(nint context);

    [LibraryImport(Library)]
    private static partial int seccomp_arch_add(nint context, uint token);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int seccomp_syscall_resolve_name(string name);

    [LibraryImport(Library)]
    private static partial int seccomp_rule_add_array(nint context, uint action, int number, uint count, Comparison* comparisons);

    [LibraryImport(Library)]
    private static partial int seccomp_load(nint context);
}

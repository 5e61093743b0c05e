using System.Globalization;
using Wharf.Harness;
using Wharf.Linux;

namespace Wharf.Bench;

/// <summary>What a runtime needs itself, and what it needs inside the container's limit before the program has begun.</summary>
internal static class RuntimeMemory
{
    /// <summary>VmHWM of a `run` that waits for its container: all that it takes to make one is in it. In megabytes.</summary>
    internal static double Peak(Runtime runtime, string bundle, string id)
    {
        using ChildProcess child = runtime.Start("run", "--bundle", bundle, id);
        try
        {
            for (int attempt = 0; attempt < 600; attempt++)
            {
                Command state = Command.Run(runtime.Peer.Path, runtime.Arguments("state", id));
                if (state.ExitCode == 0 && state.Output.Contains("\"running\"", StringComparison.Ordinal))
                {
                    string line = File.ReadLines($"/proc/{child.Pid}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
                    return double.Parse(line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
                }

                Thread.Sleep(50);
            }

            throw new InvalidOperationException($"{runtime.Peer.Name}: container does not run");
        }
        finally
        {
            // The run that waits removes the container too when it ends: whichever comes second finds nothing.
            Command.Run(runtime.Peer.Path, runtime.Arguments("delete", "--force", id));
            child.Wait();
        }
    }

    /// <summary>Processor time of all children that this process has waited for: proc_pid_stat(5), fields 16 and 17, in hundredths.</summary>
    internal static double ChildrenSeconds()
    {
        string text = File.ReadAllText("/proc/self/stat");
        string[] fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return (double.Parse(fields[13], CultureInfo.InvariantCulture) + double.Parse(fields[14], CultureInfo.InvariantCulture)) / 100;
    }

    /// <summary>The smallest limit in steps of 64 KiB under which busybox's true runs three times. In megabytes.</summary>
    internal static double SmallestLimit(Runtime runtime, RuntimeBundle bundle, string id)
    {
        const int step = 64 * 1024;
        int below = 0;
        int enough = 32 * 16;
        while (enough - below > 1)
        {
            int middle = (below + enough) / 2;
            bundle.LimitMemory((long)middle * step);
            bool runs = true;
            for (int attempt = 0; runs && attempt < 3; attempt++)
            {
                runs = Command.Run(runtime.Peer.Path, runtime.Arguments("run", "--bundle", bundle.Folder, $"{id}{middle}")).ExitCode == 0;
                if (!runs)
                {
                    Command.Run(runtime.Peer.Path, runtime.Arguments("delete", "--force", $"{id}{middle}"));
                }
            }

            (below, enough) = runs ? (below, middle) : (middle, enough);
        }

        return enough * step / 1e6;
    }
}

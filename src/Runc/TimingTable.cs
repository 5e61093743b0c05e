using System.Globalization;
using System.Text;
using Wharf.Libcontainer;
using Wharf.Linux;

namespace Wharf.Runc;

/// <summary>--timing: at which microsecond each step of a command was reached, on stderr. For those who make it faster; not in the help.</summary>
internal static class TimingTable
{
    private static TimeSpan start;

    internal static void Begin()
    {
        start = CurrentProcess.CpuTime;
        Timeline.Begin();
        Timeline.Mark("first line of the program");
    }

    internal static void Print()
    {
        Timeline.Mark("command done");
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"timing {start.TotalMicroseconds,7:0} {start.TotalMicroseconds,7:0} runtime start of the program (its processor time)\n");
        TimeSpan before = TimeSpan.Zero;
        foreach (Timeline.Reached mark in Timeline.Marks())
        {
            text.Append(CultureInfo.InvariantCulture, $"timing {(start + mark.Time).TotalMicroseconds,7:0} {(mark.Time - before).TotalMicroseconds,7:0} {(mark.ByChild ? "child  " : "runtime")} {mark.Step}\n");
            before = mark.Time;
        }

        Streams.Error(text.ToString());
    }
}

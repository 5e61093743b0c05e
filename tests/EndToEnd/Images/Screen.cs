using System.Globalization;

namespace Wharf.EndToEnd.Images;

/// <summary>What a person sees at the end of what a program wrote to a terminal: lines, and the few movements that progress bars make.</summary>
internal sealed class Screen
{
    private readonly List<string> lines = [""];
    private int row;
    private int column;

    internal static IReadOnlyList<string> Of(string written)
    {
        var screen = new Screen();
        for (int index = 0; index < written.Length; index++)
        {
            index = screen.Take(written, index);
        }

        return [.. screen.lines.Select(line => line.TrimEnd())];
    }

    private int Take(string written, int index)
    {
        switch (written[index])
        {
            case '\n':
                Move(1);
                return index;
            case '\r':
                column = 0;
                return index;
            case '\x1b':
                int end = index + 2;
                while (char.IsAsciiDigit(written[end]))
                {
                    end++;
                }

                Control(written[end], end > index + 2 ? int.Parse(written.AsSpan(index + 2, end - index - 2), CultureInfo.InvariantCulture) : 1);
                return end;
            default:
                lines[row] = lines[row].PadRight(column + 1).Remove(column, 1).Insert(column, written[index].ToString());
                column++;
                return index;
        }
    }

    private void Control(char command, int count)
    {
        switch (command)
        {
            case 'A':
                Move(-count);
                break;
            case 'B':
                Move(count);
                break;
            case 'K':
                lines[row] = "";
                break;
            default:
                throw new InvalidOperationException($"a movement that no progress bar makes: ESC[{count}{command}");
        }
    }

    private void Move(int by)
    {
        row = Math.Max(0, row + by);
        while (lines.Count <= row)
        {
            lines.Add("");
        }
    }
}

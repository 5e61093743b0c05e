using System.Globalization;

namespace Wharf.Libcontainer.Launch;

/// <summary>A list of processors or memory nodes, "0-2,7", as a mask.</summary>
internal static class NumberList
{
    private const int Most = 4096;

    internal static ulong[] Mask(string list, string field)
    {
        var mask = new ulong[1];
        foreach (string range in list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] ends = range.Split('-');
            if (ends.Length > 2 || !Number(ends[0], out int first) || !Number(ends[^1], out int last) || last < first)
            {
                throw new ContainerException($"{field}: \"{list}\" is not a list of numbers and ranges");
            }

            if (last / 64 >= mask.Length)
            {
                Array.Resize(ref mask, (last / 64) + 1);
            }

            for (int number = first; number <= last; number++)
            {
                mask[number / 64] |= 1UL << (number % 64);
            }
        }

        return mask.Any(word => word != 0) ? mask : throw new ContainerException($"{field}: \"{list}\" is empty");
    }

    private static bool Number(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number < Most;
}

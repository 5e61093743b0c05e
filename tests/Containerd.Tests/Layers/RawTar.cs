using System.Globalization;
using System.Text;

namespace Wharf.Containerd.Tests.Layers;

/// <summary>Headers that no library would write.</summary>
internal static class RawTar
{
    public static byte[] Header(string name, char kind, long size, string link = "")
    {
        byte[] header = new byte[512];
        Encoding.UTF8.GetBytes(name).CopyTo(header, 0);
        Text(header, 100, "0000644\0");
        Text(header, 108, "0000000\0");
        Text(header, 116, "0000000\0");
        Text(header, 124, Convert.ToString(size, 8).PadLeft(11, '0') + "\0");
        Text(header, 136, "00000000000\0");
        header[156] = (byte)kind;
        Encoding.UTF8.GetBytes(link).CopyTo(header, 157);
        Text(header, 257, "ustar\0" + "00");
        Sum(header);
        return header;
    }

    public static void Sum(byte[] header)
    {
        header.AsSpan(148, 8).Fill((byte)' ');
        int sum = header.Sum(one => one);
        Text(header, 148, Convert.ToString(sum, 8).PadLeft(6, '0').ToString(CultureInfo.InvariantCulture) + "\0 ");
    }

    public static byte[] Padded(byte[] content)
    {
        byte[] padded = new byte[(content.Length + 511) / 512 * 512];
        content.CopyTo(padded, 0);
        return padded;
    }

    /// <summary>An entry and its data.</summary>
    public static byte[] Entry(string name, char kind, string content = "", string link = "")
    {
        byte[] bytes = Encoding.UTF8.GetBytes(content);
        return [.. Header(name, kind, bytes.Length, link), .. Padded(bytes)];
    }

    private static void Text(byte[] header, int offset, string text) => Encoding.ASCII.GetBytes(text).CopyTo(header, offset);
}

using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Wharf.ContainerdApi.Content.V1;

namespace Wharf.Containerd.Content;

/// <summary>What lies in the folder of an ingest: the data, and what it is to become.</summary>
internal sealed record IngestFiles(string Namespace, Status Status)
{
    public const string Data = "data";
    private const string Reference = "ref";
    private const string Started = "startedat";
    private const string Total = "total";

    /// <summary>Null when the folder is gone or was never finished.</summary>
    public static IngestFiles? TryRead(string folder)
    {
        try
        {
            string[] reference = File.ReadAllText(Path.Combine(folder, Reference)).Split('/', 2);
            var data = new FileInfo(Path.Combine(folder, Data));
            return new IngestFiles(reference[0], new Status
            {
                Ref = reference[1],
                Offset = data.Length,
                Total = long.Parse(File.ReadAllText(Path.Combine(folder, Total)), CultureInfo.InvariantCulture),
                StartedAt = Timestamp.FromDateTimeOffset(DateTimeOffset.Parse(File.ReadAllText(Path.Combine(folder, Started)), CultureInfo.InvariantCulture)),
                UpdatedAt = Timestamp.FromDateTime(data.LastWriteTimeUtc),
            });
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException or FormatException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    public static void Create(string folder, string scope, string reference, long total)
    {
        try
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, Started), DateTimeOffset.UtcNow.ToString("O", CultureInfo.InvariantCulture));
            File.WriteAllText(Path.Combine(folder, Total), total.ToString(CultureInfo.InvariantCulture));
            File.WriteAllText(Path.Combine(folder, Reference), $"{scope}/{reference}");
            File.WriteAllBytes(Path.Combine(folder, Data), []);
        }
        catch (IOException error)
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }

            throw WriteFailure.Of("make ingest", reference, error);
        }
    }
}

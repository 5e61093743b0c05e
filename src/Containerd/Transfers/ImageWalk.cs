using Wharf.Oci.Digests;
using Wharf.Oci.Images;

namespace Wharf.Containerd.Transfers;

/// <summary>Each document of an image once, and no more of them than an image has: indexes of indexes could name billions (CVE-2026-53493).</summary>
internal sealed class ImageWalk(string step)
{
    private const int DeepestIndex = 3;
    private const int MostDocuments = 2 * ImageDocuments.MostManifests;
    private readonly HashSet<Digest> seen = [];

    /// <summary>False when the document has been visited.</summary>
    public bool Enter(Descriptor document, int depth)
    {
        if (depth > DeepestIndex || (depth == DeepestIndex && MediaTypes.IsIndex(document.MediaType)))
        {
            throw new ImageFormatException($"{step}: more than {DeepestIndex} levels of indexes");
        }

        bool isNew = seen.Add(document.Digest);
        return seen.Count > MostDocuments ? throw new ImageFormatException($"{step}: more than {MostDocuments} manifests") : isNew;
    }
}

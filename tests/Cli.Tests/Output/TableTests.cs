using Wharf.Cli.Output;

namespace Wharf.Cli.Tests.Output;

public sealed class TableTests
{
    [Fact]
    public void Columns_are_as_wide_as_their_widest_cell_and_three_blanks()
    {
        string text = Table.Format(["ID\tNAME\tSTATE", "0123456789ab\tweb\tUp", "0\ta-long-name-of-a-container\tExited (0)"]);

        Assert.Equal(
            """
            ID             NAME                         STATE
            0123456789ab   web                          Up
            0              a-long-name-of-a-container   Exited (0)

            """,
            text);
    }

    [Fact]
    public void No_column_is_narrower_than_ten_and_the_last_is_not_padded() => Assert.Equal("A         B\n1         2\n", Table.Format(["A\tB", "1\t2"]));

    [Fact]
    public void Letters_count_and_not_bytes() => Assert.Equal("Grüße, Grüße   x\n漢字🐳漢字漢字漢字漢字漢   y\n", Table.Format(["Grüße, Grüße\tx", "漢字🐳漢字漢字漢字漢字漢\ty"]));

    [Fact]
    public void Rows_with_fewer_cells_end_a_column() => Assert.Equal("a         b\nnone\nlonger-than-ten   c\n", Table.Format(["a\tb", "none", "longer-than-ten\tc"]));
}

<?cs # connect_refused.cs: a link wants to lead back to an address that the operator has not allowed.
  Reads, besides layout.cs:
    Provider.Label            text
    Refused.Url               url             the provider's page
?><?cs include!"layout.cs" ?><?cs
call:page_head({{connect.refused_title}}) ?><?cs call:panel_open("plain") ?>
<div class="consent-head">
  <h1>{{connect.refused_title}}</h1>
  <p class="lede">{{connect.refused_lede}}</p>
</div>
<p class="form-actions form-actions-centre"><a class="button" href="<?cs var:Refused.Url ?>">{{connect.refused_open label=Provider.Label}}</a></p>
<?cs call:panel_close() ?>
